import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { isObhutError } from "../../base/errors.ts";
import { fileOf, testStorageContract } from "../contract/storage-contract.ts";
import { localError } from "./local-error.ts";
import { localStorage } from "./local-storage.ts";

async function scratch(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "obhut-local-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

testStorageContract("local", async () => {
  const folder = await scratch();
  return {
    storage: localStorage(join(folder.path, "repo")),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});

it("has restic's layout and modes", async () => {
  await using folder = await scratch();
  const root = join(folder.path, "repo");
  const storage = localStorage(root);
  await storage.create();
  const file = fileOf("data", "pack");
  await storage.save(file, new Uint8Array(10));
  assert.deepEqual((await readdir(root)).sort(), ["data", "index", "keys", "locks", "snapshots"]);
  assert.equal((await readdir(join(root, "data"))).length, 256);
  assert.equal((await stat(root)).mode & 0o777, 0o700);
  assert.equal((await stat(join(root, "data", file.name.slice(0, 2), file.name))).mode & 0o777, 0o400);
});

it("leaves no temporary file, lists none, and clears old ones of runs that died", async () => {
  await using folder = await scratch();
  const storage = localStorage(folder.path);
  await storage.create();
  const file = fileOf("index", "i");
  const dead = join(folder.path, "index", `${file.name}-tmp-0123abcd`);
  const alive = join(folder.path, "index", `${file.name}-tmp-4567abcd`);
  await writeFile(dead, "half");
  await writeFile(alive, "half");
  const old = (await stat(dead)).mtimeMs / 1000 - 2 * 24 * 3600;
  await utimes(dead, old, old);
  assert.deepEqual(await Array.fromAsync(storage.list("index")), []);
  await storage.save(file, new Uint8Array(3));
  assert.deepEqual((await readdir(join(folder.path, "index"))).sort(), [file.name, `${file.name}-tmp-4567abcd`].sort());
});

it("clears old temporary files of folders it writes nothing to, once it listed them and a snapshot is saved", async () => {
  await using folder = await scratch();
  const storage = localStorage(folder.path);
  await storage.create();
  const dead = join(folder.path, "data", "ab", `ab${"0".repeat(62)}-tmp-0123abcd`);
  const alive = join(folder.path, "data", "cd", `cd${"0".repeat(62)}-tmp-0123abcd`);
  for (const path of [dead, alive]) await writeFile(path, "half");
  const old = (await stat(dead)).mtimeMs / 1000 - 2 * 24 * 3600;
  await utimes(dead, old, old);
  await Array.fromAsync(storage.list("data"));
  await storage.save(fileOf("index", "i"), new Uint8Array(3));
  assert.equal((await stat(dead)).size, 4, "a listing alone removes nothing");
  await storage.save(fileOf("snapshots", "s"), new Uint8Array(3));
  await assert.rejects(stat(dead));
  assert.equal((await stat(alive)).size, 4);
});

it("leaves out what is no file of the repository", async () => {
  await using folder = await scratch();
  const storage = localStorage(folder.path);
  await storage.create();
  await writeFile(join(folder.path, "snapshots", ".DS_Store"), "x");
  await mkdir(join(folder.path, "snapshots", fileOf("snapshots", "a folder").name));
  assert.deepEqual(await Array.fromAsync(storage.list("snapshots")), []);
});

it("makes a folder of the layout that is gone, but never the root: a disk that is not mounted is not filled", async () => {
  await using folder = await scratch();
  const root = join(folder.path, "repo");
  const storage = localStorage(root);
  await storage.create();
  await rm(join(root, "data"), { recursive: true });
  await storage.save(fileOf("data", "1"), new Uint8Array(1));
  await rm(root, { recursive: true });
  await assert.rejects(storage.save(fileOf("data", "2"), new Uint8Array(1)), (e) => isObhutError(e, "STORAGE_FAILED"));
  assert.deepEqual(await readdir(folder.path), []);
});

it("a full disk is STORAGE_FULL, in every way the system says it", () => {
  for (const code of ["ENOSPC", "EDQUOT"]) {
    const error = Object.assign(new Error("no space"), { code });
    assert.ok(isObhutError(localError({ location: "/r", action: "save", file: "data/00" }, error), "STORAGE_FULL"));
  }
});

it("says why when the folder cannot be made", async () => {
  await using folder = await scratch();
  await writeFile(join(folder.path, "file"), "");
  await chmod(join(folder.path, "file"), 0o600);
  await assert.rejects(localStorage(join(folder.path, "file", "repo")).create(), (e) =>
    isObhutError(e, "STORAGE_FAILED"),
  );
});
