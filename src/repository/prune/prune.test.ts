/** Plan and deed on repositories in memory: what goes, what stays, and what a death at any write leaves. */
import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { cheapKdf, testActor } from "../../../tests/support/actor.ts";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { bytesOfSeed } from "../../../tests/support/odd-folder.ts";
import { storeFolder } from "../../../tests/support/stored-folder.ts";
import { tempFolder } from "../../../tests/support/temp-folder.ts";
import { type ErrorCode, errorCodes } from "../../base/error-codes.ts";
import { isObhutError, ObhutError } from "../../base/errors.ts";
import { type Finding, isIncomplete } from "../../base/finding-codes.ts";
import type { SnapshotId } from "../../base/ids.ts";
import { MemoryStorage, type MemoryStorageOptions } from "../../storage/memory/memory-storage.ts";
import { checkRepository } from "../check/check-repository.ts";
import { initRepository } from "../init-repository.ts";
import type { Repository } from "../repository.ts";
import { type AppliedPrune, applyPrune } from "./apply-prune.ts";
import { planPrune } from "./plan-prune.ts";
import { defaultPruneOptions, type PruneOptions } from "./prune-options.ts";
import type { LoadedPrunePlan } from "./prune-plan.ts";

const clock = new FakeClock();
const dayMs = 24 * 3_600_000;
const tight: PruneOptions = { ...defaultPruneOptions, maxUnused: { kind: "bytes", bytes: 0 }, keepDeleteMs: 0 };

interface Scene {
  readonly storage: MemoryStorage;
  readonly repo: Repository;
}

/** Three snapshots that share most, of which the first two are forgotten; their files, should one come back. */
const made = await makeScene();

async function makeScene(): Promise<{ scene: Scene; forgotten: Map<string, Uint8Array>; snapshots: SnapshotId[] }> {
  await using folder = await tempFolder("prune");
  const storage = new MemoryStorage();
  const repo = await initRepository(storage, { password: "p", actor: testActor(clock), kdf: cheapKdf });
  const snapshots: SnapshotId[] = [];
  for (let day = 0; day < 3; day++) {
    for (let file = 0; file < 4; file++)
      await writeFile(join(folder.path, `${day}-${file}`), bytesOfSeed(day * 9 + file, 90_000));
    if (day > 0) for (const file of [0, 1]) await rm(join(folder.path, `${day - 1}-${file}`));
    snapshots.push((await storeFolder(repo, folder.path)).snapshot.id);
  }
  const forgotten = new Map<string, Uint8Array>();
  for (const id of snapshots.slice(0, 2)) {
    const name = `snapshots/${id}`;
    forgotten.set(name, storage.files.get(name) ?? assert.fail());
    storage.files.delete(name);
  }
  return { scene: { storage, repo }, forgotten, snapshots };
}

function copy(options: MemoryStorageOptions = {}): Scene {
  return over(new MemoryStorage(options));
}

/** The scene in another storage, empty until now. */
function over(storage: MemoryStorage): Scene {
  for (const [name, bytes] of made.scene.storage.files) storage.files.set(name, Uint8Array.from(bytes));
  return { storage, repo: { ...made.scene.repo, storage } };
}

async function plan({ repo }: Scene, options = tight): Promise<LoadedPrunePlan> {
  return await planPrune(repo, { options });
}

async function apply({ repo }: Scene, planned: LoadedPrunePlan): Promise<AppliedPrune & { findings: Finding[] }> {
  const findings: Finding[] = [];
  const applied = await applyPrune(repo, planned, {
    signal: new AbortController().signal,
    onFinding: (found) => findings.push(found),
    onProgress: () => undefined,
  });
  return { ...applied, findings };
}

async function prune(scene: Scene, options = tight): Promise<LoadedPrunePlan> {
  const planned = await plan(scene, options);
  assert.deepEqual((await apply(scene, planned)).findings, []);
  return planned;
}

/** Every byte of every snapshot is there. */
async function assertWhole({ repo }: Scene): Promise<void> {
  const { findings, snapshots } = await checkRepository(repo, { readData: { kind: "all" }, threads: 1 });
  assert.deepEqual(findings.filter(isIncomplete), []);
  assert.ok(snapshots > 0);
}

/** Nothing is left to be done. */
async function assertTidy(scene: Scene): Promise<void> {
  const { packs, loose, counts } = await plan(scene);
  assert.deepEqual(
    packs.filter(({ fate }) => fate !== "keep"),
    [],
  );
  assert.deepEqual([loose, counts.unused.blobs, counts.duplicate.blobs], [[], 0, 0]);
  const { findings } = await checkRepository(scene.repo, { readData: { kind: "all" }, threads: 1 });
  assert.deepEqual(findings, []);
}

function names({ storage }: Scene): string[] {
  return [...storage.files.keys()].sort();
}

async function refuses(work: Promise<unknown>, code: ErrorCode): Promise<ObhutError> {
  assert.ok(code in errorCodes);
  const error = await work.then(
    () => assert.fail(`${code} expected`),
    (thrown: unknown) => thrown,
  );
  if (!isObhutError(error, code)) throw error;
  return error;
}

it("frees all that the forgotten snapshots alone needed, and the plan told so", async () => {
  const scene = copy();
  const { counts } = await prune(scene);
  assert.ok(counts.unused.blobs >= 8 && counts.packs.repack > 0 && counts.packs.remove > 0);
  assert.equal(counts.remainingUnused.blobs, 0);
  await assertWhole(scene);
  await assertTidy(scene);
  await assert.doesNotReject(prune(scene), "once more, with nothing to do");
});

it("a repository without snapshots becomes empty", async () => {
  const scene = copy();
  for (const name of names(scene)) if (name.startsWith("snapshots/")) scene.storage.files.delete(name);
  await prune(scene);
  assert.deepEqual(
    names(scene).filter((name) => /^(data|index)/.test(name)),
    [],
  );
});

it("with everything allowed to stay, only packs without anything used go", async () => {
  const scene = copy();
  const { packs } = await prune(scene, { ...tight, maxUnused: { kind: "unlimited" } });
  assert.ok(packs.every(({ fate, kind, usedBlobs }) => (fate === "remove") === (usedBlobs === 0) || kind === "tree"));
  await assertWhole(scene);
});

for (const [moment, after] of [
  ["before", false],
  ["after", true],
] as const) {
  it(`a death ${moment} any write leaves every snapshot whole, and the next prune finishes`, async () => {
    let died = true;
    for (let k = 1; died; k++) {
      const storage = new DyingStorage(k, after);
      const scene = over(storage);
      died = await prune(scene).then(
        () => false,
        () => true,
      );
      storage.revive();
      await assertWhole(scene);
      await prune(scene);
      await assertTidy(scene);
      assert.ok(k < 100);
      if (!died) assert.ok(k > 6, `only ${k} writes`);
    }
  });
}

/** Dies at its k-th write: that one is done or not, and no later one. */
class DyingStorage extends MemoryStorage {
  #left: number;
  readonly #after: boolean;

  constructor(k: number, after: boolean) {
    super();
    this.#left = k;
    this.#after = after;
  }

  revive(): void {
    this.#left = Number.POSITIVE_INFINITY;
  }

  override async save(...words: Parameters<MemoryStorage["save"]>): Promise<void> {
    await this.#write(() => super.save(...words));
  }

  override async remove(...words: Parameters<MemoryStorage["remove"]>): Promise<void> {
    await this.#write(() => super.remove(...words));
  }

  async #write(write: () => Promise<void>): Promise<void> {
    this.#left--;
    if (this.#left > 0 || (this.#left === 0 && this.#after)) await write();
    if (this.#left <= 0) throw new Error("the storage died");
  }
}

it("packs written in vain are taken away again", async () => {
  const scene: Scene = copy({
    before: (call, file) => {
      if (call !== "save" || file?.type !== "data") return;
      for (const [name, bytes] of made.forgotten) scene.storage.files.set(name, bytes);
    },
  });
  const before = names(scene);
  await refuses(prune(scene), "PRUNE_SNAPSHOT_NEW");
  assert.deepEqual(names(scene), [...before, ...made.forgotten.keys()].sort());
});

it("a damaged piece that is needed ends it before anything an index names is removed", async () => {
  const scene = copy();
  const planned = await plan(scene);
  const repacked = planned.packs.filter(({ fate, kind }) => fate === "repack" && kind === "data");
  for (const { pack } of repacked) {
    const bytes = scene.storage.files.get(`data/${pack.id}`) ?? assert.fail();
    for (let at = 50; at < bytes.length; at += 1000) bytes[at] = (bytes[at] ?? 0) ^ 1;
  }
  const before = names(scene);
  const error = await refuses(apply(scene, planned), "PRUNE_BLOB_DAMAGED");
  assert.ok(repacked.some(({ pack }) => pack.id === (error.params as { pack: string }).pack));
  assert.deepEqual(names(scene), before);
});

it("a damaged piece is taken from another pack that holds it", async () => {
  const pruned = copy();
  await prune(pruned);
  for (const damaged of [made.scene, pruned]) {
    // What an interrupted prune leaves: everything lies in old packs and in new ones. All are written anew, the first of them damaged.
    const scene = copy();
    for (const [name, bytes] of pruned.storage.files) scene.storage.files.set(name, Uint8Array.from(bytes));
    const planned = await plan(scene);
    assert.ok(planned.counts.duplicate.blobs > 0);
    const fated = planned.packs.map((pack) => ({ ...pack, fate: "repack" as const }));
    const whole = damaged === pruned ? made.scene : pruned;
    for (const { pack, kind } of fated) {
      const name = `data/${pack.id}`;
      if (kind === "data" && !whole.storage.files.has(name)) scene.storage.files.get(name)?.fill(7, 0, 100_000);
    }
    const isDamaged = ({ pack }: { pack: { id: string } }): number =>
      whole.storage.files.has(`data/${pack.id}`) ? 1 : 0;
    await apply(scene, { ...planned, packs: fated.sort((a, b) => isDamaged(a) - isDamaged(b)) });
    await assertTidy(scene);
  }
});

it("a copy is given up only where the one that stays is whole: else the piece is written anew, and the pack named", async () => {
  const pruned = copy();
  await prune(pruned);
  const scene = copy();
  for (const [name, bytes] of pruned.storage.files) scene.storage.files.set(name, Uint8Array.from(bytes));
  const planned = await plan(scene);
  const kept = planned.packs.filter(({ fate, kind }) => fate === "keep" && kind === "data");
  const doubled = kept.filter(({ pack }) => !made.scene.storage.files.has(`data/${pack.id}`));
  assert.ok(doubled.length > 0 && planned.counts.packs.repack + planned.counts.packs.remove > 0);
  // all of its pieces, but not the header
  for (const { pack, bytes } of doubled) scene.storage.files.get(`data/${pack.id}`)?.fill(7, 0, bytes - 500);
  const { findings } = await apply(scene, planned);
  assert.deepEqual(
    findings.map(({ code, params }) => [code, (params as { pack?: string }).pack]),
    doubled.map(({ pack }) => ["PACK_DAMAGED", pack.id]),
  );
  for (const { pack } of doubled) scene.storage.files.delete(`data/${pack.id}`);
  await prune(scene);
  await assertTidy(scene);
});

it("what cannot be read ends it: a snapshot, a tree, a piece that no index knows, a pack that is gone or cut off", async () => {
  const planned = await plan(copy());
  const kept = planned.packs.find(({ fate, kind }) => fate !== "remove" && kind === "data")?.pack ?? assert.fail();
  const trees = planned.packs.find(({ fate, kind }) => fate !== "remove" && kind === "tree")?.pack ?? assert.fail();
  const cases: readonly [ErrorCode, (scene: Scene) => void][] = [
    ["PRUNE_SNAPSHOT_UNREADABLE", (scene) => flip(scene, `snapshots/${made.snapshots[2]}`)],
    ["PRUNE_TREE_UNREADABLE", (scene) => scene.storage.files.get(`data/${trees.id}`)?.fill(1)],
    ["PRUNE_BLOB_MISSING", (scene) => scene.storage.files.delete(`index/${kept.listedIn[0]}`)],
    ["PRUNE_PACKS_UNSOUND", (scene) => scene.storage.files.delete(`data/${kept.id}`)],
    ["PRUNE_PACKS_UNSOUND", (scene) => cutOff(scene, `data/${kept.id}`)],
    ["OBJECT_DAMAGED", (scene) => flip(scene, `index/${kept.listedIn[0]}`)],
  ];
  for (const [code, damage] of cases) {
    const scene = copy();
    damage(scene);
    const before = names(scene);
    await refuses(prune(scene), code);
    assert.deepEqual(names(scene), before, code);
  }
});

function flip({ storage }: Scene, name: string): void {
  const bytes = storage.files.get(name) ?? assert.fail(name);
  bytes[40] = (bytes[40] ?? 0) ^ 1;
}

function cutOff({ storage }: Scene, name: string): void {
  storage.files.set(name, (storage.files.get(name) ?? assert.fail(name)).slice(0, -3));
}

it("a pack that is gone and not needed is forgotten", async () => {
  const scene = copy();
  const { packs } = await plan(scene);
  const unused = packs.find(({ fate }) => fate === "remove")?.pack ?? assert.fail();
  scene.storage.files.delete(`data/${unused.id}`);
  const { counts } = await prune(scene);
  assert.equal(counts.packs.missing, 1);
  await assertTidy(scene);
});

it("a snapshot that comes meanwhile ends it, and nothing it needs is gone", async () => {
  const scene = copy();
  const planned = await plan(scene);
  for (const [name, bytes] of made.forgotten) scene.storage.files.set(name, bytes);
  await refuses(apply(scene, planned), "PRUNE_SNAPSHOT_NEW");
  await assertWhole(scene);
});

it("a storage that refuses to remove is told before anything is written", async () => {
  const location = "append-only";
  const scene = copy({
    location,
    before: (call, file) => {
      if (call !== "remove" || file?.type === "locks") return;
      throw new ObhutError("STORAGE_DENIED", { location, action: "remove", reason: "HTTP 403 Forbidden" });
    },
  });
  const before = names(scene);
  await refuses(prune(scene), "STORAGE_APPEND_ONLY");
  assert.deepEqual(names(scene), before);
});

it("packs that cannot be removed are told, and the next prune removes them", async () => {
  let refuse = true;
  const scene: Scene = copy({
    before: (call, file) => {
      if (refuse && call === "remove" && file?.type === "data" && scene.storage.files.has(`data/${file.name}`)) {
        throw new ObhutError("STORAGE_FAILED", { location: "memory", action: "remove", reason: "busy" });
      }
    },
  });
  const { findings, packsLeft } = await apply(scene, await plan(scene));
  assert.deepEqual(
    findings.map(({ code }) => code),
    ["PACKS_NOT_REMOVED"],
  );
  assert.ok(packsLeft > 0);
  refuse = false;
  await prune(scene);
  await assertTidy(scene);
});

it("in two steps: packs are marked, nobody takes them up, and a later prune removes them", async () => {
  const scene = copy();
  const options: PruneOptions = { ...tight, keepDeleteMs: dayMs };
  const before = names(scene).filter((name) => name.startsWith("data/"));
  const { counts } = await prune(scene, options);
  assert.equal(counts.packs.later, counts.packs.repack + counts.packs.remove);
  assert.deepEqual(
    before.filter((name) => !scene.storage.files.has(name)),
    [],
  );
  await assertWhole(scene);
  await using folder = await tempFolder("prune");
  await writeFile(join(folder.path, "new"), bytesOfSeed(77, 10_000));
  await storeFolder(scene.repo, folder.path);
  const soon = await prune(scene, options);
  assert.equal(soon.counts.packs.young, counts.packs.later, "the backup took none of them up");
  clock.jump(dayMs);
  assert.equal((await plan(scene, options)).counts.packs.young, 0);
  await prune(scene, options);
  await assertTidy(scene);
});

it("in two steps: a snapshot that turns out to need marked packs gets them back", async () => {
  const scene = copy();
  const options: PruneOptions = { ...tight, keepDeleteMs: dayMs };
  await prune(scene, options);
  for (const [name, bytes] of made.forgotten) scene.storage.files.set(name, bytes);
  clock.jump(2 * dayMs);
  const { counts } = await prune(scene, options);
  assert.ok(counts.packs.recovered > 0);
  await assertWhole(scene);
  clock.jump(2 * dayMs);
  await prune(scene);
  await assertWhole(scene);
  await assertTidy(scene);
});

it("packs in no index stay for a day, also where the storage does not tell since when they are there", async () => {
  const scene = copy();
  await prune(scene);
  const kept = names(scene);
  const loose = `data/${"ab".repeat(32)}`;
  scene.storage.files.set(loose, bytesOfSeed(1, 500));
  const auto: PruneOptions = { ...tight, keepDeleteMs: "auto" };
  const { counts } = await prune(scene, auto);
  assert.deepEqual([counts.packs.unlisted, counts.packs.young], [1, 1]);
  await prune(scene, auto);
  assert.ok(scene.storage.files.has(loose));
  clock.jump(dayMs);
  await prune(scene, auto);
  assert.deepEqual(
    names(scene).filter((name) => name.startsWith("data/")),
    kept.filter((name) => name.startsWith("data/")),
  );
  await assertTidy(scene);
});
