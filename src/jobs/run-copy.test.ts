import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { cheapKdf, testActor } from "../../tests/support/actor.ts";
import { bytesOfSeed, makeOddFolder } from "../../tests/support/odd-folder.ts";
import { storeFolder } from "../../tests/support/stored-folder.ts";
import { tempFolder } from "../../tests/support/temp-folder.ts";
import { systemClock } from "../base/clock.ts";
import type { Finding } from "../base/finding-codes.ts";
import { KiB } from "../base/limits.ts";
import { Secret } from "../base/secret.ts";
import { checkRepository } from "../repository/check/check-repository.ts";
import { initRepository } from "../repository/init-repository.ts";
import { loadIndex } from "../repository/load-index.ts";
import { lockRepository } from "../repository/lock-repository.ts";
import { openRepository } from "../repository/open-repository.ts";
import { BlobWriter } from "../repository/packs/blob-writer.ts";
import type { IndexedRepository } from "../repository/repository.ts";
import { loadSnapshots, type StoredSnapshot } from "../repository/snapshots.ts";
import { findNode, virtualPath } from "../repository/walk-tree.ts";
import { MemoryStorage, type StorageCall } from "../storage/memory/memory-storage.ts";
import type { StorageFile } from "../storage/storage.ts";
import type { Parts } from "./parts.ts";
import { type CopySummary, type RunCopyOptions, runCopy } from "./run-copy.ts";

type Before = (call: StorageCall, file?: StorageFile) => void;

const all = { queries: [], filter: {} };

/** The old snapshot has a file that the new one lacks, and the other way round; most they share. */
async function makeSource(version: 1 | 2): Promise<MemoryStorage> {
  await using folder = await tempFolder("copy");
  const storage = new MemoryStorage({ location: "source" });
  const repo = await initRepository(storage, { password: "from", actor: testActor(), kdf: cheapKdf, version });
  for (const name of ["old", "new"]) {
    const source = join(folder.path, name);
    await mkdir(source);
    await makeOddFolder(source, { smallFiles: 5 });
    await writeFile(join(source, `${name} alone`), bytesOfSeed(name === "old" ? 11 : 12, 90_000));
    await writeFile(join(source, "both.db"), bytesOfSeed(3, 700 * KiB));
    await writeFile(join(source, "noise"), bytesOfSeed(4, 300 * KiB));
    await storeFolder(repo, source, { timeMs: Date.UTC(2026, 10, name === "old" ? 1 : 2) });
  }
  return storage;
}

const sources = { 1: await makeSource(1), 2: await makeSource(2) };

async function emptyTarget(before: Before = () => undefined, version: 1 | 2 = 2): Promise<MemoryStorage> {
  const storage = new MemoryStorage({ location: "target", before });
  await initRepository(storage, { password: "to", actor: testActor(), kdf: cheapKdf, version });
  return storage;
}

function cloneOf(storage: MemoryStorage): MemoryStorage {
  const clone = new MemoryStorage({ location: storage.location });
  for (const [name, bytes] of storage.files) clone.files.set(name, Uint8Array.from(bytes));
  return clone;
}

interface Copied {
  readonly summary: CopySummary;
  readonly findings: readonly Finding[];
}

async function copy(from: MemoryStorage, to: MemoryStorage, more: Partial<RunCopyOptions> = {}): Promise<Copied> {
  const findings: Finding[] = [];
  const parts: Parts = {
    clock: systemClock,
    env: {},
    folder: "/",
    actor: testActor(),
    openStorage: async ({ written }) => (written === "/from" ? from : to),
    password: async () => new Secret("to"),
  };
  const place = (path: string) => ({ kind: "local", written: path, path }) as const;
  const options: RunCopyOptions = {
    from: place("/from"),
    fromPassword: async () => new Secret("from"),
    to: place("/to"),
    snapshots: all,
    dryRun: false,
    ...more,
  };
  const watch = {
    emit: (event: Parameters<Parameters<typeof runCopy>[2]["emit"]>[0]) => {
      if (event.type === "finding") findings.push(event.finding);
    },
    signal: new AbortController().signal,
  };
  return { summary: await runCopy(options, parts, watch), findings };
}

async function opened(storage: MemoryStorage, password = "to"): Promise<IndexedRepository> {
  return await loadIndex(await openRepository(storage, password, testActor()));
}

async function snapshotsIn(storage: MemoryStorage, password = "to"): Promise<readonly StoredSnapshot[]> {
  return (await loadSnapshots(await openRepository(storage, password, testActor()))).snapshots;
}

/** Everything that a check that reads all has to say. */
async function checked(storage: MemoryStorage): Promise<readonly Finding[]> {
  const { findings } = await checkRepository(await opened(storage), { readData: { kind: "all" }, threads: 1 });
  return findings;
}

function names(storage: MemoryStorage, type: string): readonly string[] {
  return [...storage.files.keys()].filter((name) => name.startsWith(`${type}/`)).sort();
}

for (const [fromVersion, toVersion] of [
  [2, 2],
  [1, 2],
  [2, 1],
  [1, 1],
] as const) {
  it(`copies whole snapshots from format ${fromVersion} to ${toVersion}, and a second time nothing`, async () => {
    const from = sources[fromVersion];
    const to = await emptyTarget(undefined, toVersion);
    const { summary, findings } = await copy(from, to);
    assert.deepEqual(findings, []);
    assert.equal(summary.copied.length, 2);
    assert.equal(summary.incomplete, false);
    assert.deepEqual(await checked(to), []);
    const [before, after] = [await snapshotsIn(from, "from"), await snapshotsIn(to)];
    assert.deepEqual(
      after,
      before.map(({ parent: _, ...kept }, at) => ({ ...kept, id: after[at]?.id, original: kept.id })),
    );
    const index = (await opened(to)).index;
    assert.equal(index.count, (await opened(from, "from")).index.count, "each piece once");
    const place = index.lookup("tree", before[0]?.tree ?? assert.fail());
    assert.equal((place?.uncompressedLength ?? 0) > 0, toVersion === 2);

    const filesBefore = [...to.files.keys()];
    const again = await copy(from, to);
    assert.deepEqual([again.summary.copied.length, again.summary.present, again.summary.blobs], [0, 2, 0]);
    assert.deepEqual([...to.files.keys()], filesBefore);
    // a copy of a copy is the same snapshot still
    const third = await emptyTarget();
    await copy(to, third, { fromPassword: async () => new Secret("to") });
    assert.deepEqual(
      (await snapshotsIn(third)).map(({ original }) => original),
      before.map(({ id }) => id),
    );
  });
}

it("copies the snapshots that are named, and only what is missing there", async () => {
  const to = await emptyTarget();
  const [old] = await snapshotsIn(sources[2], "from");
  const first = await copy(sources[2], to, { snapshots: { ...all, queries: [old?.id.slice(0, 8) ?? ""] } });
  assert.deepEqual(
    first.summary.copied.map(({ source }) => source.id),
    [old?.id],
  );
  const second = await copy(sources[2], to);
  assert.deepEqual([second.summary.copied.length, second.summary.present], [1, 1]);
  assert.ok(second.summary.bytes < first.summary.bytes / 2, `${second.summary.bytes} of ${first.summary.bytes}`);
  assert.deepEqual(await checked(to), []);
});

it("a dry run says what would be copied and writes nothing", async () => {
  const to = await emptyTarget();
  const before = [...to.files.keys()];
  const { summary } = await copy(sources[2], to, { dryRun: true });
  assert.equal(summary.copied.length, 2);
  assert.ok(summary.blobs > 50 && summary.bytesStored === 0);
  assert.deepEqual([...to.files.keys()], before);
});

/** A piece that only the old snapshot needs. */
async function pieceOfOld(from: MemoryStorage) {
  const repo = await opened(from, "from");
  const [old] = await snapshotsIn(from, "from");
  const node = await findNode(repo, old?.tree ?? assert.fail(), virtualPath("/data/old alone"));
  const content = node?.content ?? assert.fail();
  return { repo, old, content, place: repo.index.lookupAt("data", content, 0) ?? assert.fail() };
}

it("a damaged piece is named, its snapshot is not copied, the other one is", async () => {
  const from = cloneOf(sources[2]);
  const { old, place } = await pieceOfOld(from);
  const pack = from.files.get(`data/${place.pack}`) ?? assert.fail();
  pack[place.offset + 40] = (pack[place.offset + 40] ?? 0) ^ 1;
  const to = await emptyTarget();
  const { summary, findings } = await copy(from, to);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ["PACK_DAMAGED", "SNAPSHOT_NOT_COPIED"],
  );
  assert.match(JSON.stringify(findings[0]), /"ofBlob".*"codeWrong"/);
  assert.match(JSON.stringify(findings[1]), new RegExp(old?.id.slice(0, 8) ?? "-"));
  assert.deepEqual([summary.incomplete, summary.notCopied, summary.copied.length], [true, 1, 1]);
  assert.equal((await snapshotsIn(to)).length, 1);
  assert.deepEqual(await checked(to), []);
});

it("a damaged piece that lies in another pack too is taken from there", async () => {
  const from = cloneOf(sources[2]);
  const { repo, place } = await pieceOfOld(from);
  const writer = new BlobWriter(repo, { indexes: "save" });
  await writer.addPlain("data", bytesOfSeed(11, 90_000));
  await writer.finish();
  const pack = from.files.get(`data/${place.pack}`) ?? assert.fail();
  pack[place.offset + 40] = (pack[place.offset + 40] ?? 0) ^ 1;
  const to = await emptyTarget();
  const { summary, findings } = await copy(from, to);
  assert.deepEqual([findings, summary.copied.length], [[], 2]);
  assert.deepEqual(await checked(to), []);
});

it("a pack that is cut off gives what it still has", async () => {
  const from = cloneOf(sources[2]);
  const { place } = await pieceOfOld(from);
  const name = `data/${place.pack}`;
  const bytes = from.files.get(name) ?? assert.fail();
  from.files.set(name, bytes.slice(0, place.offset + place.length - 1));
  const to = await emptyTarget();
  const { summary, findings } = await copy(from, to);
  assert.ok(summary.incomplete && summary.notCopied >= 1);
  assert.equal(findings[0]?.code, "PACK_UNREADABLE");
  assert.equal(findings.filter(({ code }) => code === "SNAPSHOT_NOT_COPIED").length, summary.notCopied);
  assert.deepEqual(await checked(to), []);
});

it("a tree that is gone keeps the snapshots back that need it", async () => {
  const from = cloneOf(sources[2]);
  const repo = await opened(from, "from");
  const [old] = await snapshotsIn(from, "from");
  const place = repo.index.lookup("tree", old?.tree ?? assert.fail()) ?? assert.fail();
  const pack = from.files.get(`data/${place.pack}`) ?? assert.fail();
  pack[place.offset] = (pack[place.offset] ?? 0) ^ 1;
  const to = await emptyTarget();
  const { summary, findings } = await copy(from, to);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ["TREE_DAMAGED", "SNAPSHOT_NOT_COPIED"],
  );
  assert.equal(summary.copied.length, 1);
  assert.deepEqual(await checked(to), []);
});

/** Fails at one write of packs, indexes and snapshots: before it, or after it with the answer lost. */
class FailingStorage extends MemoryStorage {
  failing = Number.POSITIVE_INFINITY;
  after = false;
  #saves = 0;

  override async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    const counts = file.type === "data" || file.type === "index" || file.type === "snapshots";
    const fails = counts && ++this.#saves === this.failing;
    if (fails && !this.after) throw new Error("the disk is gone");
    await super.save(file, bytes, signal);
    if (fails) throw new Error("the disk is gone");
  }
}

it("a target that fails at any write keeps whole snapshots, and the next copy goes on with what is there", async () => {
  const sound = await emptyTarget();
  await copy(sources[2], sound);
  const writes = names(sound, "data").length + names(sound, "index").length + names(sound, "snapshots").length;
  assert.ok(writes >= 4, `${writes} writes`);
  const count = (await opened(sound)).index.count;
  for (const after of [false, true]) {
    for (let failing = 1; failing <= writes; failing++) {
      const to = Object.assign(new FailingStorage({ location: "target" }), { failing, after });
      await initRepository(to, { password: "to", actor: testActor(), kdf: cheapKdf });
      await assert.rejects(copy(sources[2], to), /the disk is gone/);
      assert.deepEqual(names(to, "locks"), []);
      assert.equal((await checked(to)).filter(({ code }) => code !== "PACKS_UNUSED").length, 0);
      const { summary, findings } = await copy(sources[2], to);
      assert.equal(summary.copied.length + summary.present, 2);
      assert.deepEqual(findings, []);
      assert.deepEqual(await checked(to), []);
      assert.equal((await opened(to)).index.count, count, "nothing is stored twice");
    }
  }
});

it("a repository that is held alone is not copied to, and nothing is left in it", async () => {
  const to = await emptyTarget();
  const own = await openRepository(to, "to", testActor());
  await using _held = await lockRepository(own, { mode: "exclusive" });
  const before = names(to, "locks");
  await assert.rejects(copy(sources[2], to), { code: "REPOSITORY_LOCKED" });
  assert.deepEqual([names(to, "locks"), names(to, "data")], [before, []]);
  assert.deepEqual(names(sources[2], "locks"), []);
});
