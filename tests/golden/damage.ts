/**
 * What befalls repositories, as functions of a sound one: each changes the files of a copy that the test gives it. Sound are
 * repositories of restic's, and one small key stands in for restic's costly one.
 */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { BlobId, KeyId, PackId, SnapshotId } from "../../src/base/ids.ts";
import type { BlobLocation } from "../../src/repository/blob-index.ts";
import type { PackedBlob } from "../../src/repository/format/blob.ts";
import { encodeSnapshot } from "../../src/repository/format/snapshot-file.ts";
import { addKey } from "../../src/repository/keys.ts";
import { loadBlob } from "../../src/repository/load-blob.ts";
import { loadIndex } from "../../src/repository/load-index.ts";
import { loadSealed, type SealedType, saveSealed } from "../../src/repository/object-file.ts";
import { BlobWriter } from "../../src/repository/packs/blob-writer.ts";
import type { IndexedRepository } from "../../src/repository/repository.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { findNode, treeAt, virtualPath } from "../../src/repository/walk-tree.ts";
import { MemoryStorage } from "../../src/storage/memory/memory-storage.ts";
import { cheapKdf } from "../support/actor.ts";
import { openMade, testPassword } from "../support/restic.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { type State, snapshotOf, unpackGolden } from "./golden-repositories.ts";

export interface Scene {
  readonly repo: IndexedRepository;
  readonly storage: MemoryStorage;
}

/** In memory, open to `testPassword` at once. */
export async function soundScene(name: string): Promise<Scene> {
  await using folder = await tempFolder("golden");
  const path = join(folder.path, "repository");
  await unpackGolden(name, path);
  const opened = await openMade(path);
  const keyId = await addKey(opened, { password: testPassword, kdf: cheapKdf });
  const storage = new MemoryStorage();
  for (const file of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const from = join(file.parentPath, file.name);
    const type = from.slice(path.length + 1).split("/")[0];
    storage.files.set(file.name === "config" ? "config" : `${type}/${file.name}`, await readFile(from));
  }
  const repo = await loadIndex({ ...opened, storage, keyId });
  storage.files.delete(`keys/${opened.keyId}`);
  return { repo, storage };
}

/** To be damaged. */
export async function copyOf({ storage: sound, repo }: Scene): Promise<Scene> {
  const storage = new MemoryStorage();
  for (const [name, bytes] of sound.files) storage.files.set(name, Buffer.from(bytes));
  return { storage, repo: await loadIndex({ ...repo, storage }) };
}

/** Names of the files of a type, in their order. */
export function filesOf({ storage }: Scene, type: string): string[] {
  return [...storage.files.keys()].filter((name) => dirname(name) === type).sort();
}

export function idOf(file: string): string {
  return basename(file);
}

/** The first piece of a file, or a folder's tree: where it lies. */
export async function placeOf({ repo }: Scene, state: State, path: string): Promise<BlobLocation & { id: BlobId }> {
  const { tree } = snapshotOf(state, (await loadSnapshots(repo)).snapshots);
  const node = await findNode(repo, tree, virtualPath(path));
  if (path === "/" || node?.type === "dir") {
    const id = (await treeAt(repo, tree, virtualPath(path))) ?? assert.fail(path);
    return { ...(repo.index.lookup("tree", id) ?? assert.fail(path)), id };
  }
  const [id] =
    Buffer.from(node?.content ?? [])
      .toString("hex")
      .match(/^.{64}/) ?? assert.fail(path);
  return { ...(repo.index.lookup("data", id as BlobId) ?? assert.fail(path)), id: id as BlobId };
}

/** One bit, `at` bytes from the start, or from the end where it is negative. */
export function flip({ storage }: Scene, file: string, at: number): void {
  const bytes = storage.files.get(file) ?? assert.fail(file);
  const place = at < 0 ? bytes.length + at : at;
  assert.ok(place >= 0 && place < bytes.length);
  bytes[place] = (bytes[place] ?? 0) ^ 4;
}

export function cutOff({ storage }: Scene, file: string, keep: (length: number) => number): void {
  const bytes = storage.files.get(file) ?? assert.fail(file);
  storage.files.set(file, bytes.slice(0, keep(bytes.length)));
}

/** The same blobs in one more pack, under an index of its own: as two backups leave them that ran at the same time. */
export async function storeAgain({ repo, storage }: Scene, pack: PackId): Promise<void> {
  const writer = new BlobWriter(repo, { indexes: "save" });
  const bytes = storage.files.get(`data/${pack}`) ?? assert.fail(pack);
  for (const { id, type, offset, length, uncompressedLength } of await blobsIn(repo, pack)) {
    const payload = repo.sealer.open(bytes.subarray(offset, offset + length), "a blob");
    await writer.addStored({ type, id, payload, uncompressedLength });
  }
  await writer.finish();
}

async function blobsIn(repo: IndexedRepository, pack: PackId): Promise<readonly PackedBlob[]> {
  for await (const { name } of repo.storage.list("index")) {
    const { packs } = JSON.parse((await loadSealed(repo, "index", name as SnapshotId)).toString()) as IndexJson;
    const found = packs.find(({ id }) => id === pack);
    if (found === undefined) continue;
    return found.blobs.map(({ uncompressed_length: uncompressedLength = 0, ...blob }) => ({
      ...blob,
      uncompressedLength,
    }));
  }
  return assert.fail(`pack ${pack} is in no index`);
}

export interface IndexJson {
  packs: { id: PackId; blobs: (Omit<PackedBlob, "uncompressedLength"> & { uncompressed_length?: number })[] }[];
  packs_to_delete?: object[];
}

/** Puts another document in the place of each file of the type. */
export async function rewriteFiles(
  scene: Scene,
  type: SealedType,
  change: (json: Record<string, unknown>) => object,
): Promise<void> {
  const { repo, storage } = scene;
  for (const file of filesOf(scene, type)) {
    const json = JSON.parse((await loadSealed(repo, type, idOf(file) as SnapshotId)).toString());
    storage.files.delete(file);
    await saveSealed(repo, type, Buffer.from(`${JSON.stringify(change(json))}\n`));
  }
}

/** Keys lie in the clear. */
export function rewriteKeys(scene: Scene, change: (json: Record<string, unknown>) => object): void {
  for (const file of filesOf(scene, "keys")) {
    const bytes = Buffer.from(
      JSON.stringify(change(JSON.parse(Buffer.from(scene.storage.files.get(file) ?? []).toString()))),
    );
    scene.storage.files.delete(file);
    scene.storage.files.set(`keys/${hash("sha256", bytes, "hex") as KeyId}`, bytes);
  }
}

/** The snapshot of a state gets another tree at its top, whose text `change` made of the old one. */
export async function rewriteRoot(scene: Scene, state: State, change: (json: string) => string): Promise<void> {
  const { repo, storage } = scene;
  const { id, ...snapshot } = snapshotOf(state, (await loadSnapshots(repo)).snapshots);
  const json = (await loadBlob(repo, "tree", snapshot.tree)).toString("latin1");
  const writer = new BlobWriter(repo, { indexes: "save" });
  const tree = await writer.addPlain("tree", Buffer.from(change(json), "latin1"));
  assert.notEqual(tree, snapshot.tree);
  await writer.finish();
  storage.files.delete(`snapshots/${id}`);
  await saveSealed(repo, "snapshots", encodeSnapshot({ ...snapshot, tree }));
}
