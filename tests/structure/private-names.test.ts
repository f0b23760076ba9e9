import assert from "node:assert/strict";
import { test } from "node:test";
import { privateNames } from "./private-names.ts";
import { trackedTextFiles } from "./source-files.ts";

test("no committed file names one machine's paths or a package registry", async () => {
  const files = await trackedTextFiles();
  assert.ok(files.length > 50, `saw only ${files.length} files`);
  assert.deepEqual(privateNames(files), []);
});

test("a planted name of each kind is caught", () => {
  const planted = [`cd /${"root"}/x`, `https://${"registry"}.npmjs.org/a`, `"${"resolved"}": "https://a"`];
  assert.equal(privateNames([{ path: "a.md", text: planted.join("\n") }]).length, planted.length);
  assert.deepEqual(privateNames([{ path: "b.md", text: "/app/backend/data\n/mnt/backup\nsrc/work/x.ts\n" }]), []);
});
