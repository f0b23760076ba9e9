import assert from "node:assert/strict";
import { mkdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { tempFolder } from "../../tests/support/temp-folder.ts";
import { systemCode } from "../base/errors.ts";
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

it("whoever removes it meanwhile is no reason to say that something is in the way", async () => {
  await using temp = await tempFolder("make-folders");
  const path = join(temp.path, "a", "b");
  let done = false;
  const removing = (async () => {
    while (!done) await rm(join(temp.path, "a"), { recursive: true, force: true }).catch(() => undefined);
  })();
  const codes = new Set<unknown>();
  for (let round = 0; round < 100; round++) {
    const made = Array.from({ length: 8 }, () => makeFolders(path, 0o700));
    for (const { reason } of (await Promise.allSettled(made)).filter((one) => one.status === "rejected"))
      codes.add(systemCode(reason));
  }
  done = true;
  await removing;
  assert.deepEqual(
    [...codes].filter((code) => code !== "ENOENT"),
    [],
  );
});

it("a link to nowhere is in the way", async () => {
  await using temp = await tempFolder("make-folders");
  await symlink(join(temp.path, "nowhere"), join(temp.path, "link"));
  await assert.rejects(makeFolders(join(temp.path, "link"), 0o700), { code: "EEXIST" });
});
