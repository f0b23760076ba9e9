import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { cheapKdf, testActor } from "../../tests/support/actor.ts";
import { memoryDestination, memoryParts, memoryPassword, told } from "../../tests/support/memory-parts.ts";
import { type SnapshotFacts, saveSnapshot } from "../../tests/support/snapshot-files.ts";
import { storeFolder } from "../../tests/support/stored-folder.ts";
import { tempFolder } from "../../tests/support/temp-folder.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import type { ErrorCode } from "../base/error-codes.ts";
import { isObhutError, ObhutError } from "../base/errors.ts";
import type { SnapshotId } from "../base/ids.ts";
import { checkRepository } from "../repository/check/check-repository.ts";
import type { Grouping } from "../repository/forget/group-snapshots.ts";
import type { RetentionPolicy } from "../repository/forget/retention-policy.ts";
import { initRepository } from "../repository/init-repository.ts";
import { lockRepository } from "../repository/lock-repository.ts";
import { openRepository } from "../repository/open-repository.ts";
import { defaultPruneOptions } from "../repository/prune/prune-options.ts";
import type { Repository } from "../repository/repository.ts";
import { loadSnapshots } from "../repository/snapshots.ts";
import { MemoryStorage, type MemoryStorageOptions } from "../storage/memory/memory-storage.ts";
import { type ForgetSummary, type RunForgetOptions, runForget } from "./run-forget.ts";

const nowMs = Date.UTC(2026, 10, 24, 4);
const clock: Clock = { ...systemClock, nowMs: () => nowMs };
const day = (date: number): string => `2026-11-${String(date).padStart(2, "0")}T03:00:00Z`;

interface Scene {
  readonly storage: MemoryStorage;
  readonly repo: Repository;
  readonly ids: readonly SnapshotId[];
}

/** One snapshot a fact, in that order. */
async function scene(
  facts: readonly SnapshotFacts[],
  before: MemoryStorageOptions["before"] = () => undefined,
): Promise<Scene> {
  const storage = new MemoryStorage({ before });
  const repo = await initRepository(storage, { password: memoryPassword, actor: testActor(clock), kdf: cheapKdf });
  const ids: SnapshotId[] = [];
  for (const fact of facts) ids.push(await saveSnapshot(repo, fact));
  return { storage, repo, ids };
}

const nothing: RetentionPolicy = { counts: {}, within: {}, tags: [] };

function byPolicy(policy: Partial<RetentionPolicy>): RunForgetOptions {
  const groupBy = new Set<Grouping>(["host", "paths"]);
  const choice = { kind: "policy", policy: { ...nothing, ...policy }, groupBy } as const;
  return { repository: memoryDestination, choice, filter: {}, allowRemoveAll: false, dryRun: false };
}

function named(...queries: string[]): RunForgetOptions {
  return { ...byPolicy({}), choice: { kind: "named", queries } };
}

async function run({ storage }: Scene, options: RunForgetOptions, watch = told()): Promise<ForgetSummary> {
  return await runForget(options, memoryParts(storage, clock), watch);
}

async function left({ repo }: Scene): Promise<SnapshotId[]> {
  return (await loadSnapshots(repo)).snapshots.map(({ id }) => id);
}

async function refused(work: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(work, (error) => isObhutError(error, code), code);
}

it("removes what no rule keeps, in a dry run nothing, and leaves no lock", async () => {
  const made = await scene([1, 2, 3, 4].map((date) => ({ time: day(date) })));
  const options = byPolicy({ counts: { last: 2 } });
  const dry = await run(made, { ...options, dryRun: true });
  assert.deepEqual([dry.removed, dry.kept, dry.dryRun], [made.ids.slice(0, 2), 2, true]);
  assert.deepEqual(await left(made), made.ids);
  const shown: number[] = [];
  const summary = await run(made, {
    ...options,
    onPlan: (groups) => shown.push(groups.length, made.storage.files.size),
  });
  assert.deepEqual([summary.removed, summary.incomplete], [made.ids.slice(0, 2), false]);
  assert.deepEqual(shown, [1, 1 + 1 + 4 + 1], "the plan is shown before anything is removed");
  assert.deepEqual(await left(made), made.ids.slice(2));
  assert.deepEqual(
    [...made.storage.files.keys()].filter((name) => name.startsWith("locks/")),
    [],
  );
});

it("an empty policy is refused, unless it is said which snapshots shall all go", async () => {
  const made = await scene([{ time: day(1), tags: ["old"] }, { time: day(2) }]);
  await refused(run(made, byPolicy({})), "FORGET_NO_POLICY");
  await refused(run(made, { ...byPolicy({}), allowRemoveAll: true }), "FORGET_NO_POLICY");
  await refused(run(made, { ...byPolicy({}), filter: { tags: [["old"]] } }), "FORGET_NO_POLICY");
  await run(made, { ...byPolicy({}), filter: { tags: [["old"]] }, allowRemoveAll: true });
  assert.deepEqual(await left(made), made.ids.slice(1));
});

it("a rule that keeps nothing removes nothing at all", async () => {
  const made = await scene([{ time: day(1) }, { time: day(2), hostname: "other", tags: ["keep"] }]);
  await refused(run(made, byPolicy({ tags: [["keep"]] })), "FORGET_EMPTIES_GROUP");
  assert.deepEqual(await left(made), made.ids);
});

it("the newest of an instance stays, though a tag would keep an older one only", async () => {
  const made = await scene([{ time: day(1), tags: ["keep"] }, { time: day(2) }, { time: day(3) }]);
  const { removed } = await run(made, byPolicy({ tags: [["keep"]] }));
  assert.deepEqual(removed, made.ids.slice(1, 2));
  const unsafe = await run(made, { ...byPolicy({ tags: [["keep"]] }), allowRemoveAll: true });
  assert.deepEqual(unsafe.removed, made.ids.slice(2));
});

it("snapshots of the future stay, are said, and push no other out", async () => {
  const made = await scene([
    { time: day(1) },
    { time: day(2) },
    { time: "2027-01-01T00:00:00Z" },
    { time: "2099-01-01T00:00:00Z" },
  ]);
  const watch = told();
  const { removed, incomplete } = await run(
    made,
    byPolicy({ within: { all: { years: 0, months: 0, days: 3, hours: 0 } } }),
    watch,
  );
  assert.deepEqual([removed, incomplete], [[], false]);
  assert.deepEqual(
    watch.findings.map(({ code }) => code),
    ["SNAPSHOT_IN_FUTURE", "SNAPSHOT_IN_FUTURE"],
  );
  assert.deepEqual((await run(made, byPolicy({ counts: { last: 1 } }))).removed, made.ids.slice(0, 1));
  assert.deepEqual((await run(made, named(made.ids[3] ?? ""))).removed, made.ids.slice(3));
});

it("what cannot be read stays and is said, and goes by its id alone", async () => {
  const made = await scene([{ time: day(1) }, { time: day(2) }, { time: day(3) }]);
  const [broken = "", , newest] = made.ids;
  made.storage.files.set(`snapshots/${broken}`, Buffer.from("no snapshot"));
  const watch = told();
  const summary = await run(made, byPolicy({ counts: { last: 1 } }), watch);
  assert.deepEqual([summary.removed, summary.incomplete], [[made.ids[1]], true]);
  assert.deepEqual(
    watch.findings.map(({ code }) => code),
    ["SNAPSHOT_DAMAGED"],
  );
  assert.deepEqual((await run(made, named(broken.slice(0, 8)))).removed, [broken]);
  assert.deepEqual(
    [...made.storage.files.keys()].filter((name) => name.startsWith("snapshots/")),
    [`snapshots/${newest}`],
  );
});

it("named snapshots go, but not the last one; a name that fits nothing removes none", async () => {
  const made = await scene([1, 2, 3].map((date) => ({ time: day(date) })));
  const [first = "", second = ""] = made.ids;
  await refused(run(made, named(first, "0123456789")), "SNAPSHOT_NOT_FOUND");
  await refused(run(made, named(...made.ids)), "FORGET_LAST_GOOD");
  assert.deepEqual(await left(made), made.ids);
  assert.deepEqual((await run(made, named(second, "latest", second))).removed, made.ids.slice(1));
  await refused(run(made, named("latest")), "FORGET_LAST_GOOD");
  assert.deepEqual((await run(made, { ...named(first), allowRemoveAll: true })).removed, [first]);
});

it("waits for nobody: a repository in use is locked", async () => {
  const made = await scene([{ time: day(1) }, { time: day(2) }]);
  await using _reader = await lockRepository(made.repo, { mode: "shared" });
  await refused(run(made, byPolicy({ counts: { last: 1 } })), "REPOSITORY_LOCKED");
  assert.equal((await run(made, { ...byPolicy({ counts: { last: 1 } }), dryRun: true })).removed.length, 1);
  assert.deepEqual(await left(made), made.ids);
});

it("a snapshot that is not removed is named, the others go; where none is, that is the error", async () => {
  let keeps = (_name: string): boolean => false;
  const made = await scene(
    [1, 2, 3, 4].map((date) => ({ time: day(date) })),
    (call, file) => {
      if (call !== "remove" || file?.type !== "snapshots" || !keeps(file.name)) return;
      throw new ObhutError("STORAGE_DENIED", { location: "memory", action: "remove", reason: "not permitted" });
    },
  );
  keeps = (name) => name === made.ids[1];
  const watch = told();
  const summary = await run(made, byPolicy({ counts: { last: 1 } }), watch);
  assert.deepEqual([summary.failed, summary.incomplete, watch.errors], [[made.ids[1]], true, ["SNAPSHOT_NOT_REMOVED"]]);
  assert.deepEqual(await left(made), [made.ids[1], made.ids[3]]);
  const again = byPolicy({ counts: { last: 1 } });
  await refused(run(made, again), "STORAGE_APPEND_ONLY");
  keeps = () => true;
  await refused(run(made, again), "STORAGE_APPEND_ONLY");
  assert.equal((await left(made)).length, 2);
});

it("a removal that fails for every snapshot, and may pass, is no refusal", async () => {
  const made = await scene(
    [1, 2, 3].map((date) => ({ time: day(date) })),
    (call, file) => {
      if (call !== "remove" || file?.type !== "snapshots" || !made.ids.includes(file.name as SnapshotId)) return;
      throw new ObhutError("STORAGE_FAILED", { location: "memory", action: "remove", reason: "EIO" });
    },
  );
  const watch = told();
  const { removed, failed, incomplete } = await run(made, byPolicy({ counts: { last: 1 } }), watch);
  assert.deepEqual([removed, failed.length, incomplete], [[], 2, true]);
  assert.deepEqual(watch.errors, ["SNAPSHOT_NOT_REMOVED", "SNAPSHOT_NOT_REMOVED"]);
  assert.equal((await left(made)).length, 3);
});

it("a crash between any two removals leaves the rest, and the next run ends the work", async () => {
  const facts = Array.from({ length: 6 }, (_, at) => ({ time: day(at + 1) }));
  for (let dies = 0; dies <= 5; dies++) {
    let removals = -1;
    const made = await scene(facts, (call, file) => {
      if (call === "remove" && file?.type === "snapshots" && removals++ >= dies) throw new Error("the machine died");
    });
    const attempt = run(made, byPolicy({ counts: { last: 1 } }));
    if (dies < 5) await assert.rejects(attempt, /died/);
    else await attempt;
    const there = await left(made);
    assert.deepEqual(
      there,
      made.ids.filter((id) => there.includes(id)),
    );
    assert.ok(there.includes(made.ids[5] as SnapshotId) && there.length >= 6 - dies, `${there.length} left`);
    removals = Number.NEGATIVE_INFINITY;
    for (const name of [...made.storage.files.keys()]) if (name.startsWith("locks/")) made.storage.files.delete(name);
    await run(made, byPolicy({ counts: { last: 1 } }));
    assert.deepEqual(await left(made), made.ids.slice(5));
  }
});

/** A snapshot of Obhut's own, whose manifest tells of these findings and parts. */
async function capture(
  { repo }: Scene,
  folder: string,
  manifest: { date: number; findings?: object[]; parts?: string[] },
): Promise<SnapshotId> {
  const { date, findings = [], parts = ["database", "vectors", "uploads", "rest"] } = manifest;
  const source = join(folder, String(date));
  await mkdir(source);
  const value = {
    format: 1,
    time: day(date),
    counts: {},
    states: {},
    findings,
    parts: parts.map((part) => ({ part })),
  };
  await writeFile(join(source, "manifest.json"), JSON.stringify(value));
  return (await storeFolder(repo, source, { at: "/open-webui", timeMs: Date.parse(day(date)) })).snapshot.id;
}

it("a week of bad captures does not make the last good one go; prune then frees what nobody needs", async () => {
  await using folder = await tempFolder("forget");
  const made = await scene([]);
  const torn = { code: "SEGMENT_TORN", params: { segment: "s", collection: "c", reason: "r" } };
  const unknown = { code: "OF_ANOTHER_VERSION", params: {} };
  const note = { code: "UPLOADS_ORPHANED", params: { count: 1, example: "e" } };
  const older = await capture(made, folder.path, { date: 1 });
  const good = await capture(made, folder.path, { date: 2, findings: [note] });
  const uploads = await capture(made, folder.path, { date: 3, parts: ["uploads"] });
  const bad = await capture(made, folder.path, { date: 4, findings: [torn] });
  const newest = await capture(made, folder.path, { date: 5, findings: [unknown] });
  const options: RunForgetOptions = { ...byPolicy({ counts: { last: 1 } }), prune: defaultPruneOptions };
  await refused(run(made, named(good, older)), "FORGET_LAST_GOOD");
  const dry = await run(made, { ...options, dryRun: true });
  assert.deepEqual([dry.removed, dry.prune?.applied], [[older, bad], undefined]);
  assert.deepEqual(await left(made), [older, good, uploads, bad, newest]);
  const summary = await run(made, options);
  assert.deepEqual(summary.removed, [older, bad]);
  assert.ok((summary.prune?.applied?.bytesRemoved ?? 0) > 0);
  assert.deepEqual(await left(made), [good, uploads, newest]);
  const repo = await openRepository(made.storage, memoryPassword, testActor(clock));
  assert.deepEqual((await checkRepository(repo, { readData: { kind: "all" }, threads: 1 })).findings, []);
  // An unreadable manifest is no good one: the pack with trees and manifests is gone.
  for (const name of [...made.storage.files.keys()]) if (name.startsWith("data/")) made.storage.files.delete(name);
  assert.deepEqual((await run(made, byPolicy({ counts: { last: 1 } }))).removed, [good, uploads]);
});
