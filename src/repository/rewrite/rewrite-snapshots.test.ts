import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { cheapKdf, testActor } from "../../../tests/support/actor.ts";
import { storeFolder } from "../../../tests/support/stored-folder.ts";
import { tempFolder } from "../../../tests/support/temp-folder.ts";
import { displayPath } from "../../base/byte-path.ts";
import { ObhutError } from "../../base/errors.ts";
import type { Finding } from "../../base/finding-codes.ts";
import type { BlobId, SnapshotId } from "../../base/ids.ts";
import { parsePathPattern } from "../../base/path-pattern.ts";
import { MemoryStorage, type StorageCall } from "../../storage/memory/memory-storage.ts";
import type { StorageFile } from "../../storage/storage.ts";
import { checkRepository } from "../check/check-repository.ts";
import { encodeSnapshot } from "../format/snapshot-file.ts";
import { timeTextOfMs } from "../format/time-text.ts";
import { initRepository } from "../init-repository.ts";
import { listFiles } from "../list-files.ts";
import { loadBlob } from "../load-blob.ts";
import { loadIndex } from "../load-index.ts";
import { saveSealed } from "../object-file.ts";
import { openRepository } from "../open-repository.ts";
import { BlobWriter } from "../packs/blob-writer.ts";
import type { IndexedRepository } from "../repository.ts";
import { loadSnapshots, type StoredSnapshot } from "../snapshots.ts";
import { treeAt, virtualPath } from "../walk-tree.ts";
import { exclusion } from "./exclusion.ts";
import { type RewriteResult, type RewriteSnapshotsOptions, rewriteSnapshots } from "./rewrite-snapshots.ts";

type Before = (call: StorageCall, file?: StorageFile) => void;

/** Two snapshots: the second has one file more. */
async function makeSound(): Promise<MemoryStorage> {
  await using folder = await tempFolder("rewrite");
  const storage = new MemoryStorage();
  const repo = await initRepository(storage, { password: "p", actor: testActor(), kdf: cheapKdf });
  await mkdir(join(folder.path, "a/b"), { recursive: true });
  await mkdir(join(folder.path, "same"));
  await writeFile(join(folder.path, "a/b/Secret.txt"), "secret");
  await writeFile(join(folder.path, "a/kept"), "kept");
  await writeFile(join(folder.path, "same/file"), "the same");
  await storeFolder(repo, folder.path);
  await writeFile(join(folder.path, "later"), "later");
  await storeFolder(repo, folder.path, { timeMs: Date.now() + 60_000 });
  return storage;
}

const sound = await makeSound();

function clone(before: Before = () => undefined): MemoryStorage {
  const storage = new MemoryStorage({ before });
  for (const [name, bytes] of sound.files) storage.files.set(name, Uint8Array.from(bytes));
  return storage;
}

async function opened(storage: MemoryStorage): Promise<IndexedRepository> {
  return await loadIndex(await openRepository(storage, "p", testActor()));
}

async function snapshotsIn(storage: MemoryStorage): Promise<readonly StoredSnapshot[]> {
  return (await loadSnapshots(await opened(storage))).snapshots;
}

interface Rewritten {
  readonly result: RewriteResult;
  readonly findings: readonly Finding[];
}

async function rewrite(storage: MemoryStorage, more: Partial<RewriteSnapshotsOptions> = {}): Promise<Rewritten> {
  const findings: Finding[] = [];
  const snapshots = await snapshotsIn(storage);
  const result = await rewriteSnapshots({
    repo: await opened(storage),
    chosen: snapshots,
    present: snapshots,
    leavesOut: exclusion({ excludes: [pattern("Secret.txt")], insensitive: [] }),
    hostname: undefined,
    time: undefined,
    forget: false,
    dryRun: false,
    onFinding: (found) => findings.push(found),
    signal: new AbortController().signal,
    ...more,
  });
  return { result, findings };
}

function pattern(text: string) {
  return parsePathPattern(text) ?? assert.fail(text);
}

async function pathsIn(repo: IndexedRepository, tree: BlobId): Promise<readonly string[]> {
  const walked = await Array.fromAsync(listFiles(repo, tree, { recursive: true }));
  return walked.map(({ path }) => displayPath(path));
}

async function assertSound(storage: MemoryStorage): Promise<void> {
  const { findings } = await checkRepository(await opened(storage), { readData: { kind: "all" }, threads: 1 });
  assert.deepEqual(
    findings.filter(({ code }) => code !== "PACKS_UNUSED"),
    [],
  );
}

it("leaves out what matches, keeps the ids of what does not change, and the old snapshots", async () => {
  const storage = clone();
  const before = await snapshotsIn(storage);
  const { result, findings } = await rewrite(storage);
  assert.deepEqual([findings, result.rewritten.length, result.removed.length], [[], 2, 0]);
  const after = await snapshotsIn(storage);
  assert.equal(after.length, 4);
  const repo = await opened(storage);
  for (const { source, id, snapshot } of result.rewritten) {
    assert.deepEqual(
      (await pathsIn(repo, snapshot.tree)).filter((path) => /ecret/.test(path)),
      [],
    );
    assert.deepEqual(
      await pathsIn(repo, snapshot.tree),
      (await pathsIn(repo, source.tree)).filter((path) => !/ecret/.test(path)),
    );
    const at = async (tree: BlobId) => await treeAt(repo, tree, virtualPath("/data/same"));
    assert.equal(await at(snapshot.tree), await at(source.tree));
    const stored = after.find((one) => one.id === id) ?? assert.fail();
    assert.deepEqual([stored.original, stored.tags, stored.time], [source.id, ["test", "rewrite"], source.time]);
    assert.equal(stored.summary?.total_bytes_processed, (source.summary?.total_bytes_processed ?? 0) - "secret".length);
    assert.equal(stored.summary?.data_added, source.summary?.data_added);
  }
  await assertSound(storage);
  const again = await rewrite(storage);
  assert.deepEqual([again.result.rewritten.length, again.result.unchanged], [0, 4]);
  assert.equal((await snapshotsIn(storage)).length, 4);
  assert.deepEqual(
    before.map(({ id }) => id),
    after.filter(({ original }) => original === undefined).map(({ id }) => id),
  );
});

it("touches nothing where nothing matches, and in a dry run", async () => {
  const storage = clone();
  const files = [...storage.files.keys()];
  const none = await rewrite(storage, { leavesOut: exclusion({ excludes: [pattern("nothing")], insensitive: [] }) });
  assert.deepEqual([none.result.rewritten.length, none.result.unchanged], [0, 2]);
  const dry = await rewrite(storage, { dryRun: true, forget: true });
  assert.deepEqual([dry.result.rewritten.length, dry.result.removed.length], [2, 2]);
  assert.deepEqual([...storage.files.keys()], files);
});

it("minds the case of letters where it is told to", () => {
  const { excludes, insensitive } = { excludes: [pattern("secret.txt")], insensitive: [pattern("äpfel")] };
  const leavesOut = exclusion({ excludes, insensitive });
  assert.equal(leavesOut(virtualPath("/a/Secret.txt")), false);
  assert.equal(leavesOut(virtualPath("/a/secret.txt")), true);
  assert.equal(leavesOut(virtualPath("/a/ÄPFEL/b")), true);
});

it("a snapshot with fields that are unknown here is left as it is, the others are rewritten", async () => {
  const storage = clone();
  const repo = await opened(storage);
  const [first] = await snapshotsIn(storage);
  const json = (await loadBlob(repo, "tree", first?.tree ?? assert.fail())).toString("latin1");
  const writer = new BlobWriter(repo, { indexes: "save" });
  const tree = await writer.addPlain("tree", Buffer.from(json.replace('"type":', '"novelty":1,"type":'), "latin1"));
  await writer.finish();
  const { id: _, ...kept } = first ?? assert.fail();
  const time = timeTextOfMs(1_000_000);
  await saveSealed<SnapshotId>(repo, "snapshots", encodeSnapshot({ ...kept, tree, time }));
  const { result, findings } = await rewrite(storage, { forget: true });
  assert.deepEqual([result.rewritten.length, result.notRewritten, result.removed.length], [2, 1, 2]);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ["TREE_NOT_REWRITABLE"],
  );
  assert.ok((await snapshotsIn(storage)).some((snapshot) => snapshot.tree === tree));
});

it("writes nothing where the old snapshots shall go and the storage removes nothing", async () => {
  const storage = clone((call, file) => {
    if (call !== "remove") return;
    throw new ObhutError("STORAGE_DENIED", { location: "memory", action: `remove ${file?.type}`, reason: "EPERM" });
  });
  const files = [...storage.files.keys()];
  await assert.rejects(rewrite(storage, { forget: true }), { code: "STORAGE_APPEND_ONLY" });
  assert.deepEqual([...storage.files.keys()], files);
});

it("says which old snapshot could not be removed", async () => {
  const ids = (await snapshotsIn(sound)).map(({ id }) => id);
  const storage = clone((call, file) => {
    if (call !== "remove" || file?.name !== ids[0]) return;
    throw new ObhutError("STORAGE_FAILED", { location: "memory", action: "remove", reason: "EPERM" });
  });
  const { result } = await rewrite(storage, { forget: true });
  assert.deepEqual([result.removed, result.failed.map(({ id }) => id)], [[ids[1]], [ids[0]]]);
  assert.equal((await snapshotsIn(storage)).length, 3);
});

it("a folder that is damaged keeps only its snapshots from being rewritten", async () => {
  const storage = clone();
  const repo = await opened(storage);
  const [first] = await snapshotsIn(storage);
  const place = repo.index.lookup("tree", first?.tree ?? assert.fail()) ?? assert.fail();
  const pack = storage.files.get(`data/${place.pack}`) ?? assert.fail();
  pack[place.offset] = (pack[place.offset] ?? 0) ^ 1;
  const { result, findings } = await rewrite(storage);
  assert.deepEqual([result.rewritten.length, result.notRewritten, findings[0]?.code], [1, 1, "TREE_DAMAGED"]);
});

it("whatever write or removal fails, each snapshot is there as it was or as it shall be, and the next run ends the work", async () => {
  const counts = { calls: 0 };
  const counted = clone((call) => void (call === "save" || call === "remove" ? counts.calls++ : 0));
  await rewrite(counted, { forget: true });
  const expected = new Set((await snapshotsIn(counted)).map(({ tree }) => tree));
  assert.ok(counts.calls >= 6, `${counts.calls} calls`);
  for (let failing = 1; failing <= counts.calls; failing++) {
    let calls = 0;
    const storage = clone((call) => {
      if ((call === "save" || call === "remove") && ++calls === failing) throw new Error("the disk is gone");
    });
    await assert.rejects(rewrite(storage, { forget: true }), /the disk is gone/);
    await assertSound(storage);
    const left = await snapshotsIn(storage);
    assert.equal(new Set(left.map(({ original, id }) => original ?? id)).size, 2, `after failure ${failing}`);
    await rewrite(storage, { forget: true });
    const trees = (await snapshotsIn(storage)).map(({ tree }) => tree);
    assert.deepEqual([new Set(trees), trees.length], [expected, 2], `after failure ${failing}`);
    await assertSound(storage);
  }
});
