import assert from "node:assert/strict";
import { it } from "node:test";
import { type BytePath, bytePath } from "../../base/byte-path.ts";
import type { Node } from "../format/node.ts";
import { restoreScript } from "./extended-attributes.ts";
import { deviceNumbers } from "./make-entries.ts";

it("takes device numbers apart as glibc does", () => {
  assert.deepEqual(deviceNumbers(0x0103n), ["1", "3"]);
  assert.deepEqual(deviceNumbers((259n << 8n) | 5n), ["259", "5"]);
  assert.deepEqual(deviceNumbers(((70_000n & 0xfffff000n) << 32n) | ((70_000n & 0xfffn) << 8n) | 7n), ["70000", "7"]);
  assert.deepEqual(deviceNumbers((1n << 8n) | ((300n & ~0xffn) << 12n) | (300n & 0xffn)), ["1", "300"]);
});

it("writes attributes as setfattr reads them back, whatever is in the names", () => {
  const node = {
    xattrs: [
      { name: "user.a=b", value: Buffer.from([0, 255]) },
      { name: "user.empty", value: null },
    ],
  } as Partial<Node> as Node;
  const path = bytePath("/x/line\nbreak \\ back") as BytePath;
  assert.equal(
    restoreScript({ path, node }),
    "# file: /x/line\\012break \\134 back\nuser.a\\075b=0sAP8=\nuser.empty=0s\n",
  );
});
