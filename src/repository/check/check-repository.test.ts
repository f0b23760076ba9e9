import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { cheapKdf, testActor } from "../../../tests/support/actor.ts";
import { bytesOfSeed, makeOddFolder } from "../../../tests/support/odd-folder.ts";
import { storeFolder } from "../../../tests/support/stored-folder.ts";
import { tempFolder } from "../../../tests/support/temp-folder.ts";
import { type FindingCode, isIncomplete } from "../../base/finding-codes.ts";
import type { BlobId, PackId } from "../../base/ids.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import { idOfBytes } from "../format/id-of-bytes.ts";
import { encodeIndex } from "../format/index-file.ts";
import { initRepository } from "../init-repository.ts";
import { loadBlob } from "../load-blob.ts";
import { loadIndex } from "../load-index.ts";
import { saveSealed } from "../object-file.ts";
import { BlobWriter } from "../packs/blob-writer.ts";
import type { IndexedRepository } from "../repository.ts";
import type { CheckReport, ReadData } from "./check-options.ts";
import { checkRepository } from "./check-repository.ts";
import { blobsOf, loadIndexes, packsOf } from "./listed-packs.ts";

interface Scene {
  readonly repo: IndexedRepository;
  readonly storage: MemoryStorage;
}

/** Made once, copied for each damage. */
const sound = await soundScene();

async function soundScene(): Promise<Scene> {
  await using folder = await tempFolder("check");
  const source = join(folder.path, "source");
  await makeOddFolder(source);
  const storage = new MemoryStorage();
  const repo = await initRepository(storage, { password: "p", actor: testActor(), kdf: cheapKdf });
  await storeFolder(repo, source);
  await writeFile(join(source, "second"), bytesOfSeed(5, 50_000));
  return { ...(await storeFolder(repo, source)), storage };
}

function copy(): Scene {
  const storage = new MemoryStorage();
  for (const [name, bytes] of sound.storage.files) storage.files.set(name, Uint8Array.from(bytes));
  return { storage, repo: { ...sound.repo, storage } };
}

async function check({ repo }: Scene, kind: "none" | "all" = "all"): Promise<CheckReport> {
  return await checkRepository(repo, { readData: { kind }, threads: 1 });
}

function codes({ findings }: CheckReport): FindingCode[] {
  return [...new Set(findings.map((found) => found.code))].sort();
}

function names(storage: MemoryStorage, type: string): string[] {
  return [...storage.files.keys()].filter((name) => name.startsWith(`${type}/`));
}

function flip(storage: MemoryStorage, name: string, at: number): void {
  const bytes = storage.files.get(name) ?? assert.fail(name);
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
}

/** The pack with the folder's files, and the one with its trees. */
function packOf(storage: MemoryStorage, kind: "largest" | "smallest"): string {
  const packs = names(storage, "data").sort(
    (a, b) => (storage.files.get(a)?.length ?? 0) - (storage.files.get(b)?.length ?? 0),
  );
  return (kind === "largest" ? packs.at(-1) : packs[0]) ?? assert.fail();
}

it("finds nothing wrong with a sound repository, and reads all of it", async () => {
  const scene = copy();
  const report = await check(scene);
  assert.deepEqual(report.findings, []);
  assert.equal(report.snapshots, 2);
  assert.equal(report.packsRead, report.packs);
  assert.ok(report.blobs > 30 && report.trees > 5);
  assert.equal(
    report.bytesRead,
    names(scene.storage, "data").reduce((sum, name) => sum + (scene.storage.files.get(name)?.length ?? 0), 0),
  );
});

it("a bit that flipped in any place of a pack is found and the pack named", async () => {
  const size = sound.storage.files.get(packOf(sound.storage, "largest"))?.length ?? 0;
  for (const at of [0, 20, 5000, Math.floor(size / 2), size - 100, -1, -3, -40]) {
    const scene = copy();
    const name = packOf(scene.storage, "largest");
    flip(scene.storage, name, at);
    const { findings } = await check(scene);
    const damaged = findings.find((found) => found.code === "PACK_DAMAGED") ?? assert.fail(`flip at ${at} not found`);
    assert.equal(damaged.params.pack, name.slice("data/".length));
    assert.deepEqual(codes(await check(scene, "none")), [], "nobody read it");
  }
});

it("says which files a damaged piece belongs to", async () => {
  const scene = copy();
  flip(scene.storage, packOf(scene.storage, "largest"), 20);
  const { findings } = await check(scene);
  const hit = findings.filter((found) => found.code === "FILE_PIECES_MISSING");
  assert.ok(hit.length > 0 && hit.every((found) => String(found.params.path).startsWith("/data/")));
});

it("a pack that is gone, cut off, or longer", async () => {
  const gone = copy();
  gone.storage.files.delete(packOf(gone.storage, "largest"));
  assert.deepEqual(codes(await check(gone, "none")), ["FILE_PIECES_MISSING", "PACK_MISSING"]);
  for (const change of [-1, -5000, 1]) {
    const scene = copy();
    const name = packOf(scene.storage, "largest");
    const bytes = scene.storage.files.get(name) ?? assert.fail();
    scene.storage.files.set(name, change < 0 ? bytes.slice(0, change) : Buffer.concat([bytes, Buffer.alloc(change)]));
    assert.ok(codes(await check(scene, "none")).includes("PACK_SIZE_WRONG"));
    assert.ok(codes(await check(scene)).includes("PACK_DAMAGED"));
  }
});

it("a tree that is gone or damaged, with the folder and the snapshot it hits", async () => {
  const scene = copy();
  for (const name of names(scene.storage, "data")) {
    if ((scene.storage.files.get(name)?.length ?? 0) < 100_000) flip(scene.storage, name, 30);
  }
  const report = await check(scene, "none");
  const hit = report.findings.find((found) => found.code === "TREE_DAMAGED") ?? assert.fail();
  assert.match(String(hit.params.path), /^\//);
  assert.match(String(hit.params.snapshot), /^[0-9a-f]{8}$/);
});

it("an index that is damaged is named, and the others still count", async () => {
  const scene = copy();
  const name = names(scene.storage, "index")[0] ?? assert.fail();
  flip(scene.storage, name, 40);
  const report = await check(scene, "none");
  const hit = report.findings.find((found) => found.code === "INDEX_DAMAGED") ?? assert.fail();
  assert.equal(hit.params.index, name.slice(6, 14));
  assert.ok(codes(report).includes("PACKS_NOT_INDEXED"));
  assert.ok(report.blobs > 0);
});

it("an index that promises what is not in the pack", async () => {
  const scene = copy();
  const loaded = await loadIndexes(scene.repo);
  const [[pack, rows] = assert.fail()] = [...loaded.packs].sort((a, b) => b[1].to - a[1].to);
  for (const name of names(scene.storage, "index")) scene.storage.files.delete(name);
  const { columns, from } = rows;
  const blob = {
    id: "ab".repeat(32) as BlobId,
    type: "data" as const,
    offset: columns.offsets[from] ?? 0,
    length: columns.lengths[from] ?? 0,
    uncompressedLength: columns.uncompressedLengths[from] ?? 0,
  };
  await saveSealed(scene.repo, "index", encodeIndex([{ id: pack, blobs: [blob] }]));
  const found = codes(await check(scene));
  for (const code of ["PACK_SIZE_WRONG", "INDEX_WRONG", "TREE_DAMAGED"] as const) assert.ok(found.includes(code), code);
});

it("an index that is wrong about a pack that is sound", async () => {
  const scene = copy();
  const { files } = await loadIndexes(scene.repo);
  for (const name of names(scene.storage, "index")) scene.storage.files.delete(name);
  for (const { columns } of files) {
    columns.uncompressedLengths[0] = 77;
    const packs = [...packsOf(columns)].map(([id, rows]) => ({ id, blobs: blobsOf(rows) }));
    await saveSealed(scene.repo, "index", encodeIndex(packs));
  }
  const found = await check(scene);
  const wrong = found.findings.find((one) => one.code === "INDEX_WRONG") ?? assert.fail();
  assert.deepEqual(wrong.params.reason, { code: "packIndexDiffer", params: { count: 1 } });
  assert.ok(!codes(found).includes("PACK_DAMAGED"));
});

it("what is damaged in one pack and whole in another is lost to nobody, and said", async () => {
  const scene = copy();
  const trees = packOf(scene.storage, "smallest");
  const writer = new BlobWriter(scene.repo, { indexes: "save" });
  for (const name of names(scene.storage, "data")) {
    const rows = (await loadIndexes(scene.repo)).packs.get(name.slice("data/".length) as PackId) ?? assert.fail();
    for (const { id, type } of blobsOf(rows)) await writer.addPlain(type, await loadBlob(scene.repo, type, id));
  }
  await writer.finish();
  for (const name of [trees, packOf(sound.storage, "largest")]) flip(scene.storage, name, 30);
  const repo = await loadIndex(scene.repo);
  const quick = await checkRepository(repo, { readData: { kind: "none" }, threads: 1 });
  const all = await checkRepository(repo, { readData: { kind: "all" }, threads: 1 });
  assert.deepEqual(
    all.findings.filter(isIncomplete).map(({ code }) => code),
    ["PACK_DAMAGED", "PACK_DAMAGED"],
  );
  assert.deepEqual(quick.findings.filter(isIncomplete), []);
  const told = quick.findings.find((one) => one.code === "TREE_COPY_DAMAGED") ?? assert.fail();
  assert.equal(told.params.pack, trees.slice("data/".length));
});

it("a snapshot and a key that are damaged", async () => {
  const scene = copy();
  const name = names(scene.storage, "snapshots")[0] ?? assert.fail();
  flip(scene.storage, name, 40);
  scene.storage.files.set(`keys/${"1".repeat(64)}`, Buffer.from("{}"));
  assert.deepEqual(codes(await check(scene, "none")), ["KEY_DAMAGED", "SNAPSHOT_DAMAGED"]);
});

it("packs in no index, and pieces stored twice, are notes", async () => {
  const scene = copy();
  const bytes = scene.storage.files.get(packOf(scene.storage, "largest")) ?? assert.fail();
  scene.storage.files.set(`data/${idOfBytes(bytes.slice(0, 100))}`, bytes.slice(0, 100));
  const report = await check(scene, "none");
  assert.deepEqual(codes(report), ["PACKS_UNUSED"]);
  assert.ok(report.findings.every((found) => !isIncomplete(found)));

  const twice = copy();
  await using folder = await tempFolder("check");
  await mkdir(join(folder.path, "again"));
  await writeFile(join(folder.path, "again/second"), bytesOfSeed(5, 50_000));
  const hidden = ["index", "data", "snapshots"]
    .flatMap((type) => names(twice.storage, type))
    .map((name) => [name, twice.storage.files.get(name)] as const);
  for (const [name] of hidden) twice.storage.files.delete(name);
  await storeFolder(twice.repo, join(folder.path, "again"));
  for (const [name, bytes] of hidden) if (bytes) twice.storage.files.set(name, bytes);
  assert.ok(codes(await check(twice)).includes("BLOBS_DUPLICATED"));
});

it("reads only the part it is asked for", async () => {
  const all = (await check(copy())).packs;
  const read = async (readData: ReadData): Promise<number> =>
    (await checkRepository(copy().repo, { readData, threads: 1 })).packsRead;
  const parts = await Promise.all([1, 2, 3].map((part) => read({ kind: "part", part, of: 3 })));
  assert.equal(
    parts.reduce((sum, count) => sum + count),
    all,
  );
  assert.equal(await read({ kind: "share", share: 0.5 }), Math.round(all / 2));
  assert.equal(await read({ kind: "share", share: 0.001 }), 1);
  assert.equal(await read({ kind: "bytes", bytes: 1 }), 1);
  assert.equal(await read({ kind: "bytes", bytes: 2 ** 40 }), all);
});
