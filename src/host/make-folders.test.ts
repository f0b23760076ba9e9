import assert from "node:assert/strict";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { tempFolder } from "../../tests/support/temp-folder.ts";
import { makeFolders } from "./make-folders.ts";

it("makes what is missing, and leaves what is there", async () => {
  await using temp = await tempFolder("make-folders");
  await mkdir(join(temp.path, "a"), { mode: 0o755 });
  await Promise.all([1, 2, 3].map(() => makeFolders(join(temp.path, "a", "b", "c"), 0o700)));
  assert.equal((await stat(join(temp.path, "a"))).mode & 0o777, 0o755);
  assert.equal((await stat(join(temp.path, "a", "b", "c"))).mode & 0o777, 0o700);
});

it("ends where nothing can be made: in /proc, and below a file", async () => {
  await assert.rejects(makeFolders("/proc/x", 0o700), { code: "ENOENT" });
  await assert.rejects(makeFolders("/proc/x/y/z", 0o700), { code: "ENOENT" });
  await using temp = await tempFolder("make-folders");
  await writeFile(join(temp.path, "file"), "");
  await assert.rejects(makeFolders(join(temp.path, "file", "below"), 0o700), { code: "ENOTDIR" });
  await assert.rejects(makeFolders(join(temp.path, "file"), 0o700), { code: "EEXIST" });
});
