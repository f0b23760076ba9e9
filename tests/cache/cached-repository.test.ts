/** A repository read through its cache: nothing is asked for twice, and nothing wrong in the cache does harm. */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { isObhutError } from "../../src/base/errors.ts";
import { initRepository } from "../../src/repository/init-repository.ts";
import { loadIndex } from "../../src/repository/load-index.ts";
import type { Repository } from "../../src/repository/repository.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { walkTree } from "../../src/repository/walk-tree.ts";
import { cheapKdf, testActor } from "../support/actor.ts";
import { type CacheScene, cacheScene } from "../support/cache-scene.ts";
import { storeFolder } from "../support/stored-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** A repository with a snapshot, behind the scene's cache. */
async function stored(made: CacheScene): Promise<Repository> {
  await using source = await tempFolder("cache-source");
  for (const name of ["one", "two", "three"]) {
    await mkdir(join(source.path, name));
    await writeFile(join(source.path, name, "file"), name);
  }
  const repo = await initRepository(made.open(), { password: "p", actor: testActor(), kdf: cheapKdf });
  await storeFolder(repo, source.path);
  made.asked();
  return repo;
}

/** Everything that a listing of the newest snapshot reads. */
async function listAll(repo: Repository): Promise<string[]> {
  const { snapshots } = await loadSnapshots(repo);
  const indexed = await loadIndex(repo);
  const tree = snapshots.at(-1)?.tree;
  assert.ok(tree !== undefined);
  return (await Array.fromAsync(walkTree(indexed, tree))).map(({ path }) => path as string).sort();
}

const paths = [
  "/data",
  "/data/one",
  "/data/one/file",
  "/data/three",
  "/data/three/file",
  "/data/two",
  "/data/two/file",
];

it("a snapshot that was just stored is listed without asking the place for any file", async () => {
  await using made = await cacheScene();
  const repo = await stored(made);
  assert.deepEqual(await listAll({ ...repo, storage: made.open() }), paths);
  assert.deepEqual(made.asked(), []);
});

it("a damaged stretch is found by its blob, dropped, read again, and said", async () => {
  await using made = await cacheScene();
  const repo = await stored(made);
  const packs = join(made.own, "data");
  for (const harm of [(kept: Uint8Array) => kept.map((byte) => byte ^ 1), (kept: Uint8Array) => kept.subarray(0, 3)]) {
    for (const name of await readdir(packs)) {
      await writeFile(join(packs, name, "0"), harm(await readFile(join(packs, name, "0"))));
    }
    assert.deepEqual(await listAll({ ...repo, storage: made.open() }), paths);
    assert.ok(made.asked().length > 0);
    assert.deepEqual(await listAll({ ...repo, storage: made.open() }), paths);
    assert.deepEqual(made.asked(), []);
  }
  // A stretch that is too short is fetched before anybody can read it.
  assert.ok(made.notes.length > 0 && made.notes.every(({ code }) => code === "CACHE_DAMAGED"));
});

it("where the place itself is damaged, that is what is said, and not the cache's fault", async () => {
  await using made = await cacheScene();
  const repo = await stored(made);
  await rm(made.root, { recursive: true });
  for (const [key, bytes] of made.place.files) {
    if (key.startsWith("data/"))
      made.place.files.set(
        key,
        Uint8Array.from(bytes, (byte) => byte ^ 1),
      );
  }
  await assert.rejects(listAll({ ...repo, storage: made.open() }), (error) => isObhutError(error, "OBJECT_DAMAGED"));
  assert.deepEqual(made.notes, []);
});

it("a folder that cannot be used is said once, and everything works without it", async () => {
  await using made = await cacheScene();
  await rm(made.root, { recursive: true });
  await writeFile(made.root, "in the way");
  const repo = await stored(made);
  made.notes.splice(0);
  const storage = made.open();
  assert.deepEqual(await listAll({ ...repo, storage }), paths);
  await storage.close();
  assert.deepEqual(
    made.notes.map(({ code }) => code),
    ["CACHE_UNUSABLE"],
  );
});
