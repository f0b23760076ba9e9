/** A snapshot that cannot be read, or is damaged, keeps nobody from the others; and nothing is removed for it or in its place. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { cheapKdf, testActor } from "../../tests/support/actor.ts";
import { memoryDestination, memoryParts, memoryPassword, type Told, told } from "../../tests/support/memory-parts.ts";
import { saveSnapshot } from "../../tests/support/snapshot-files.ts";
import { systemClock } from "../base/clock.ts";
import { isObhutError, ObhutError } from "../base/errors.ts";
import type { SnapshotId } from "../base/ids.ts";
import { initRepository } from "../repository/init-repository.ts";
import { MemoryStorage } from "../storage/memory/memory-storage.ts";
import type { ForgetChoice } from "./decide-forget.ts";
import { listSnapshots } from "./list-snapshots.ts";
import { loadTarget } from "./load-target.ts";
import { runCheck } from "./run-check.ts";
import { type ForgetSummary, runForget } from "./run-forget.ts";
import { runRepairSnapshots } from "./run-repair-snapshots.ts";
import { runTag } from "./run-tag.ts";

const everyone = { repository: memoryDestination, filter: {} } as const;
const failures = {
  STORAGE_FAILED: { location: "memory", action: "read", reason: "EIO" },
  STORAGE_DENIED: { location: "memory", action: "read", reason: "HTTP 403" },
  STORAGE_SHORT_READ: { location: "memory", file: "snapshots/0", wanted: 2, got: 1 },
  STORAGE_ANSWERED: { location: "memory", action: "read", status: 500 },
  STORAGE_UNREACHABLE: { location: "memory", reason: "ECONNREFUSED" },
} as const;

/** Three snapshots, a day apart; reading the one at `fails` does not succeed. */
async function scene(fails: number, code: keyof typeof failures = "STORAGE_FAILED") {
  const failed = new Set<string>();
  const storage = new MemoryStorage({
    before: (call, file) => {
      if (call === "load" && file !== undefined && failed.has(file.name)) throw new ObhutError(code, failures[code]);
    },
  });
  const repo = await initRepository(storage, { password: memoryPassword, actor: testActor(), kdf: cheapKdf });
  const ids: SnapshotId[] = [];
  for (const day of [1, 2, 3]) ids.push(await saveSnapshot(repo, { time: `2026-11-0${day}T03:00:00Z` }));
  failed.add(ids[fails] ?? assert.fail());
  return { repo, storage, ids, parts: memoryParts(storage, systemClock), failed };
}

type Scene = Awaited<ReturnType<typeof scene>>;

const left = ({ storage }: Scene): string[] =>
  [...storage.files.keys()].filter((name) => name.startsWith("snapshots/"));
const codes = ({ findings }: Told): string[] => findings.map(({ code }) => code);

async function forget({ parts }: Scene, choice: ForgetChoice, watch = told()): Promise<ForgetSummary> {
  return await runForget({ ...everyone, choice, allowRemoveAll: false, dryRun: false }, parts, watch);
}

it("the others are listed, and it is named; where the place itself fails, that is the error", async () => {
  for (const code of ["STORAGE_FAILED", "STORAGE_DENIED", "STORAGE_SHORT_READ", "STORAGE_ANSWERED"] as const) {
    const [made, watch] = [await scene(1, code), told()];
    const { snapshots, incomplete } = await listSnapshots(everyone, made.parts, watch);
    assert.deepEqual([snapshots.map(({ id }) => id), incomplete], [[made.ids[0], made.ids[2]], true], code);
    assert.deepEqual(codes(watch), ["SNAPSHOT_UNREADABLE"]);
    assert.match(JSON.stringify(watch.findings), new RegExp(`"snapshot":"${made.ids[1]?.slice(0, 8)}"`));
  }
  const unreachable = await scene(1, "STORAGE_UNREACHABLE");
  await assert.rejects(listSnapshots(everyone, unreachable.parts, told()), { code: "STORAGE_UNREACHABLE" });
});

it("forget keeps what it cannot read and counts the others alone, so that more stays, never less", async () => {
  for (const fails of [0, 1, 2]) {
    const [made, watch] = [await scene(fails), told()];
    const policy = { counts: { last: 1 }, within: {}, tags: [] };
    const readable = made.ids.filter((_, at) => at !== fails);
    const summary = await forget(made, { kind: "policy", policy, groupBy: new Set(["host"]) }, watch);
    assert.deepEqual(
      [summary.removed, summary.incomplete, codes(watch)],
      [[readable[0]], true, ["SNAPSHOT_UNREADABLE"]],
    );
    assert.equal(left(made).length, 2);
  }
});

it("forget removes nothing by the name of what failed, nor an older one in its place", async () => {
  const made = await scene(2);
  const failed = made.ids[2] ?? assert.fail();
  await assert.rejects(forget(made, { kind: "named", queries: [failed.slice(0, 12)] }), { code: "STORAGE_FAILED" });
  for (const query of ["latest", "@2026-11-02"]) {
    await assert.rejects(forget(made, { kind: "named", queries: [query] }), { code: "SNAPSHOT_UNSURE" });
  }
  made.storage.files.set(`snapshots/${failed}`, Buffer.from("damaged"));
  made.failed.clear();
  await assert.rejects(forget(made, { kind: "named", queries: ["latest"] }), { code: "SNAPSHOT_UNSURE" });
  assert.equal(left(made).length, 3);
  assert.deepEqual((await forget(made, { kind: "named", queries: [failed, made.ids[0] ?? ""] })).removed, [
    failed,
    made.ids[0],
  ]);
});

it("repair snapshots gives up what is damaged, never what it could not read", async () => {
  const made = await scene(1);
  const failed = made.ids[1] ?? assert.fail();
  const all = { ...everyone, forget: true, dryRun: false };
  const named = { ...all, snapshots: { queries: [failed], filter: {} } };
  await assert.rejects(runRepairSnapshots(named, made.parts, told()), { code: "STORAGE_FAILED" });
  const watch = told();
  const none = { ...all, snapshots: { queries: [], filter: { instances: ["nobody"] } } };
  const { incomplete } = await runRepairSnapshots(none, made.parts, watch);
  assert.deepEqual([incomplete, codes(watch), left(made).length], [true, ["SNAPSHOT_UNREADABLE"], 3]);
});

it("who names others by their ids gets a note, and who names it gets its error", async () => {
  const made = await scene(1);
  const change = { kind: "edit", add: ["x"], remove: [] } as const;
  const tag = async (query: string, watch = told()): Promise<boolean> =>
    (await runTag({ ...everyone, queries: [query], change }, made.parts, watch)).incomplete;
  const watch = told();
  assert.equal(await tag(made.ids[0] ?? "", watch), false);
  assert.deepEqual(codes(watch), ["OTHER_SNAPSHOT_UNREADABLE"]);
  await assert.rejects(tag(made.ids[1] ?? ""), (error) => isObhutError(error, "STORAGE_FAILED"));
  assert.equal(await tag("latest"), true);
});

it("who may only read needs no lock", async () => {
  const storage = new MemoryStorage({
    before: (call, file) => {
      const refused = call === "save" && file?.type === "locks";
      if (refused) throw new ObhutError("STORAGE_DENIED", { location: "memory", action: "save", reason: "HTTP 403" });
    },
  });
  await initRepository(storage, { password: memoryPassword, actor: testActor(), kdf: cheapKdf });
  const watch = told();
  const check = { repository: memoryDestination, readData: { kind: "none" } } as const;
  assert.equal((await runCheck(check, memoryParts(storage, systemClock), watch)).errors, 0);
  assert.deepEqual(codes(watch), ["REPOSITORY_NOT_LOCKED"]);
});

it("a backup builds on the newest that it can read", async () => {
  const [made, watch] = [await scene(2), told()];
  const query = { hostname: "chat", paths: ["/data"], timeMs: Date.UTC(2026, 10, 30) };
  const { target } = await loadTarget(made.repo, query, watch);
  assert.equal(target.parent?.id, made.ids[1]);
  assert.deepEqual(codes(watch), ["SNAPSHOT_PASSED_OVER"]);
});
