import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { scratchParent } from "./scratch-folder.ts";

test("the folder that is named, never one inside of the data directory", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "obhut-scratch-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const data = join(folder, "data");
  mkdirSync(join(data, "inner"), { recursive: true });
  mkdirSync(join(folder, "named"));
  const named = join(folder, "named");
  assert.equal(scratchParent({ OBHUT_SCRATCH: named, TMPDIR: folder }, data), named);
  assert.equal(scratchParent({ TMPDIR: folder }, data), folder);
  for (const inside of [data, join(data, "inner"), join(named, "missing")]) {
    assert.equal(scratchParent({ OBHUT_SCRATCH: inside, TMPDIR: named }, data), named);
  }
  assert.ok(["/var/tmp", tmpdir()].includes(scratchParent({}, data)));
});
