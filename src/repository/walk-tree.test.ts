import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { cheapKdf, testActor } from "../../tests/support/actor.ts";
import { bytesOfSeed } from "../../tests/support/odd-folder.ts";
import { type StoredFolder, storeFolder } from "../../tests/support/stored-folder.ts";
import { tempFolder } from "../../tests/support/temp-folder.ts";
import { type BytePath, bytePath } from "../base/byte-path.ts";
import { isObhutError } from "../base/errors.ts";
import type { BlobId } from "../base/ids.ts";
import { MemoryStorage } from "../storage/memory/memory-storage.ts";
import { initRepository } from "./init-repository.ts";
import { listFiles } from "./list-files.ts";
import { loadBlob, loadObject } from "./load-blob.ts";
import { readContent, readFile, requireFile } from "./read-file.ts";
import { loadSnapshots } from "./snapshots.ts";
import { findNode, treeAt, walkTree } from "./walk-tree.ts";

const big = bytesOfSeed(1, 3_000_000);
const { repo, snapshot, storage } = await scene();

async function scene(): Promise<StoredFolder & { storage: MemoryStorage }> {
  await using folder = await tempFolder("walk");
  await mkdir(join(folder.path, "a/b/c"), { recursive: true });
  await mkdir(join(folder.path, "z"));
  await writeFile(join(folder.path, "a/one"), "1");
  await writeFile(join(folder.path, "a/b/c/two"), "22");
  await writeFile(join(folder.path, "big"), big);
  const memory = new MemoryStorage();
  const made = await initRepository(memory, { password: "p", actor: testActor(), kdf: cheapKdf });
  return { ...(await storeFolder(made, folder.path)), storage: memory };
}

const paths = async (walk: AsyncIterable<{ path: BytePath }>): Promise<string[]> =>
  (await Array.fromAsync(walk)).map(({ path }) => path);

it("walks everything, parents first", async () => {
  assert.deepEqual(await paths(walkTree(repo, snapshot.tree)), [
    "/data",
    "/data/a",
    "/data/big",
    "/data/z",
    "/data/a/b",
    "/data/a/one",
    "/data/a/b/c",
    "/data/a/b/c/two",
  ]);
});

it("enters only where it is told to", async () => {
  const walk = walkTree(repo, snapshot.tree, { enter: ({ path }) => path !== "/data/a/b" });
  assert.ok(!(await paths(walk)).some((path) => path.startsWith("/data/a/b/")));
});

it("finds nodes and folders by path", async () => {
  assert.equal((await findNode(repo, snapshot.tree, bytePath("/data/a/one")))?.size, 1);
  assert.equal(await findNode(repo, snapshot.tree, bytePath("/data/a/none")), undefined);
  assert.equal(await findNode(repo, snapshot.tree, bytePath("/none/at/all")), undefined);
  assert.equal(await treeAt(repo, snapshot.tree, bytePath("/")), snapshot.tree);
  assert.equal(await treeAt(repo, snapshot.tree, bytePath("/data/a/one")), undefined, "a file is no folder");
});

it("lists a folder, all below it, or a file itself", async () => {
  const list = (path: string, recursive: boolean): Promise<string[]> =>
    paths(listFiles(repo, snapshot.tree, { path: bytePath(path), recursive }));
  assert.deepEqual(await list("/data/a", false), ["/data/a/b", "/data/a/one"]);
  assert.deepEqual(await list("/data/a/b", true), ["/data/a/b/c", "/data/a/b/c/two"]);
  assert.deepEqual(await list("/data/big", false), ["/data/big"]);
  await assert.rejects(list("/data/none", true), (e) => isObhutError(e, "PATH_NOT_IN_SNAPSHOT"));
});

it("reads a file, piece by piece or whole", async () => {
  const node = await requireFile(repo, snapshot.tree, bytePath("/data/big"));
  const pieces = await Array.fromAsync(readContent(repo, node));
  assert.equal(pieces.length, 3);
  assert.ok(Buffer.concat(pieces).equals(big));
  assert.equal((await readFile(repo, snapshot.tree, bytePath("/data/a/b/c/two"))).toString(), "22");
  await assert.rejects(readFile(repo, snapshot.tree, bytePath("/data/a")), (e) => isObhutError(e, "PATH_NO_FILE"));
});

it("gives any object as a person would want to see it", async () => {
  const json = async (...query: Parameters<typeof loadObject>): Promise<Record<string, unknown>> =>
    JSON.parse(Buffer.from(await loadObject(...query)).toString());
  assert.equal((await json(repo, { kind: "config" }))["version"], 2);
  assert.equal((await json(repo, { kind: "snapshot", id: snapshot.id }))["tree"], snapshot.tree);
  assert.equal((await json(repo, { kind: "key", id: repo.keyId }))["kdf"], "scrypt");
});

it("names a blob that no index knows, and one that is damaged", async () => {
  const none = "ab".repeat(32) as BlobId;
  await assert.rejects(loadBlob(repo, "data", none), (e) => isObhutError(e, "BLOB_MISSING"));
  const copy = new MemoryStorage();
  for (const [name, bytes] of storage.files)
    copy.files.set(
      name,
      Uint8Array.from(bytes, (byte) => byte ^ 1),
    );
  await assert.rejects(loadBlob({ ...repo, storage: copy }, "tree", snapshot.tree), (e) =>
    isObhutError(e, "OBJECT_DAMAGED"),
  );
});

it("goes on behind a folder that cannot be read, where it is told to", async () => {
  const failed: string[] = [];
  const broken = { ...repo, index: { ...repo.index, lookup: () => undefined } as unknown as typeof repo.index };
  const walk = walkTree(broken, snapshot.tree, { onError: (_error, path) => failed.push(path) });
  assert.deepEqual(await paths(walk), []);
  assert.deepEqual(failed, ["/"]);
  await assert.rejects(paths(walkTree(broken, snapshot.tree)), (e) => isObhutError(e, "BLOB_MISSING"));
});

it("one damaged snapshot does not hide the others", async () => {
  const copy = new MemoryStorage();
  for (const [name, bytes] of storage.files) copy.files.set(name, bytes);
  copy.files.set(`snapshots/${"cd".repeat(32)}`, new Uint8Array(200));
  const { snapshots, findings } = await loadSnapshots({ ...repo, storage: copy });
  assert.deepEqual(
    snapshots.map(({ id }) => id),
    [snapshot.id],
  );
  assert.deepEqual(
    findings.map(({ code }) => code),
    ["SNAPSHOT_DAMAGED"],
  );
});
