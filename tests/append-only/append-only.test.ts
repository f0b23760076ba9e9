/** A storage that refuses to remove is a normal thing: everything that only adds works there, and what must remove says so. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { isObhutError } from "../../src/base/errors.ts";
import { type Finding, isIncomplete } from "../../src/base/finding-codes.ts";
import { limits } from "../../src/base/limits.ts";
import { Secret } from "../../src/base/secret.ts";
import type { JobWatch } from "../../src/jobs/job-event.ts";
import { listSnapshots } from "../../src/jobs/list-snapshots.ts";
import type { Parts } from "../../src/jobs/parts.ts";
import { runBackup } from "../../src/jobs/run-backup.ts";
import { runCheck } from "../../src/jobs/run-check.ts";
import { runForget } from "../../src/jobs/run-forget.ts";
import { runInit } from "../../src/jobs/run-init.ts";
import { runPrune } from "../../src/jobs/run-prune.ts";
import { runRestore } from "../../src/jobs/run-restore.ts";
import { runUnlock } from "../../src/jobs/run-unlock.ts";
import { lockRepository } from "../../src/repository/lock-repository.ts";
import { writeLock } from "../../src/repository/locks.ts";
import { openRepository } from "../../src/repository/open-repository.ts";
import { defaultPruneOptions } from "../../src/repository/prune/prune-options.ts";
import { localStorage } from "../../src/storage/local/local-storage.ts";
import type { FileType } from "../../src/storage/storage.ts";
import { testActor } from "../support/actor.ts";
import { cheapenKey, makeRepository } from "../support/cheap-keys.ts";
import { unpackFixture } from "../support/fixture.ts";
import { KeepingStorage } from "../support/keeping-storage.ts";
import { newestRestic, testPassword } from "../support/restic.ts";
import { tempFolder } from "../support/temp-folder.ts";

async function scene(removable: readonly FileType[]) {
  const folder = await tempFolder("append-only");
  const place = join(folder.path, "repository");
  const storage = new KeepingStorage(localStorage(place), removable);
  const findings: Finding[] = [];
  const watch: JobWatch = {
    emit: (event) => {
      if (event.type === "finding") findings.push(event.finding);
    },
    signal: new AbortController().signal,
  };
  const parts: Parts = {
    clock: systemClock,
    env: {},
    folder: folder.path,
    actor: testActor(),
    openStorage: async () => storage,
    password: async () => new Secret(testPassword),
  };
  return {
    place,
    storage,
    parts,
    watch,
    target: join(folder.path, "target"),
    repository: { kind: "local", written: place, path: place } as const,
    /** Codes of what was found since the last call. */
    found: () => findings.splice(0).map(({ code }) => code),
    findings,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

type Scene = Awaited<ReturnType<typeof scene>>;

async function backUp({ repository, parts, watch }: Scene, dataDirectory: string) {
  const summary = await runBackup(
    {
      dataDirectory,
      destinations: [repository],
      instance: hostname(),
      tags: [],
      parts: [],
      excludes: [],
      envFile: undefined,
      secretKeyFile: undefined,
      deploymentFiles: [],
      auditLog: false,
      forceLive: false,
      dryRun: false,
    },
    parts,
    watch,
  );
  assert.equal(summary.destinations[0]?.error, undefined);
  assert.ok(!summary.findings.some(isIncomplete), JSON.stringify(summary.findings));
}

/** What a plan does day by day, and what a person does when all is lost. */
async function workInIt(made: Scene): Promise<void> {
  const { repository, parts, watch, target, place } = made;
  await using fixture = await unpackFixture();
  await runInit([repository], parts);
  await cheapenKey(place, testPassword);
  await backUp(made, fixture.dataDir);
  await writeFile(join(fixture.dataDir, "uploads", "later.txt"), "later");
  await backUp(made, fixture.dataDir);
  const { snapshots } = await listSnapshots({ repository, filter: {} }, parts, watch);
  assert.equal(snapshots.length, 2);
  const checked = await runCheck({ repository, readData: { kind: "all" } }, parts, watch);
  assert.equal(checked.errors, 0);
  const choice = { query: "latest", instance: undefined };
  const restored = await runRestore(
    {
      repository,
      snapshot: choice,
      target,
      parts: [],
      includes: [],
      excludes: [],
      overwrite: false,
      dataPath: undefined,
      secretsFolder: undefined,
      dryRun: false,
      verify: true,
    },
    parts,
    watch,
  );
  assert.ok(restored.files > 0 && !restored.incomplete);
  await newestRestic.run(place, "check", "--read-data", "--no-lock");
}

function prune({ repository, parts, watch }: Scene) {
  return runPrune({ repository, prune: defaultPruneOptions, dryRun: false }, parts, watch);
}

it("a storage that lets locks alone be removed is worked in without a word about it", async () => {
  await using made = await scene(["locks"]);
  await workInIt(made);
  assert.ok(!made.found().includes("LOCK_NOT_REMOVED"));
  assert.deepEqual(made.storage.refused, []);
  assert.deepEqual(await Array.fromAsync(made.storage.list("locks")), []);
});

it("a storage that keeps locks too is worked in all the same, and each that stays is said", async () => {
  await using made = await scene([]);
  await workInIt(made);
  const locks = await Array.fromAsync(made.storage.list("locks"));
  const stayed = made.findings.filter(({ code }) => code === "LOCK_NOT_REMOVED");
  assert.equal(stayed.length, 4, "two backups, the check, the restore");
  assert.equal(locks.length, 4);
  assert.ok(stayed.every((note) => "reason" in note.params && note.params.reason === "403 Forbidden"));
  // Shared locks that stay keep nobody out but who must be alone.
  await assert.rejects(prune(made), (error) => isObhutError(error, "REPOSITORY_LOCKED"));
  await assert.rejects(runUnlock({ repository: made.repository, all: true }, made.parts), (error) =>
    isObhutError(error, "STORAGE_APPEND_ONLY"),
  );
  const { snapshots } = await listSnapshots({ repository: made.repository, filter: {} }, made.parts, made.watch);
  assert.equal(snapshots.length, 2);
});

it("forget and prune say that the storage removes nothing, before they change anything", async () => {
  await using made = await scene(["locks"]);
  await using fixture = await unpackFixture();
  await makeRepository(made.place, testPassword);
  await backUp(made, fixture.dataDir);
  await backUp(made, fixture.dataDir);
  const forgetting = runForget(
    {
      repository: made.repository,
      choice: { kind: "named", queries: ["latest"] },
      filter: {},
      allowRemoveAll: false,
      dryRun: false,
    },
    made.parts,
    made.watch,
  );
  await assert.rejects(forgetting, (error) => isObhutError(error, "STORAGE_APPEND_ONLY"));
  assert.equal((await Array.fromAsync(made.storage.list("snapshots"))).length, 2);
  // The snapshots went by another way; what only they needed could go.
  const free = localStorage(made.place);
  const repo = await openRepository(free, testPassword, testActor());
  for await (const { name } of repo.storage.list("snapshots")) await free.remove({ type: "snapshots", name });
  const before = await allFiles(made);
  await assert.rejects(prune(made), (error) => isObhutError(error, "STORAGE_APPEND_ONLY"));
  assert.deepEqual(await allFiles(made), before);
});

async function allFiles({ place }: Scene): Promise<string[]> {
  const names: string[] = [];
  for (const type of ["snapshots", "index", "data", "keys", "locks"] as const) {
    for await (const { name } of localStorage(place).list(type)) names.push(`${type}/${name}`);
  }
  return names.sort();
}

it("who is kept out by another's lock is told so, though the own lock cannot be taken back", async () => {
  await using made = await scene([]);
  await makeRepository(made.place, testPassword);
  const other = await openRepository(localStorage(made.place), testPassword, testActor());
  const repo = await openRepository(made.storage, testPassword, testActor());
  const failures: unknown[] = [];
  const locking = lockRepository(repo, {
    mode: "shared",
    onWritten: () => void writeLock(other, "exclusive"),
    onReleaseFailed: (error) => failures.push(error),
  });
  await assert.rejects(locking, (error) => isObhutError(error, "REPOSITORY_LOCKED"));
  assert.equal(failures.length, 1);
});

it("a lock is renewed where the old one cannot be removed", async () => {
  await using made = await scene([]);
  await makeRepository(made.place, testPassword);
  let nowMs = Date.now();
  const clock = {
    ...systemClock,
    nowMs: () => nowMs,
    sleep: async () => {
      nowMs += 60_000;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  const repo = await openRepository(made.storage, testPassword, testActor(clock));
  {
    await using lock = await lockRepository(repo, { mode: "shared" });
    const untilMs = nowMs + 2 * limits.lockStaleMs;
    while (nowMs < untilMs) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(!lock.signal.aborted);
  }
  const locks = await Array.fromAsync(made.storage.list("locks"));
  assert.ok(locks.length >= 10, `${locks.length}`);
});

it("a folder whose finished files are immutable takes further backups; what must remove one names it", async () => {
  await using made = await scene(["config", "keys", "locks", "snapshots", "index", "data"]);
  await using fixture = await unpackFixture();
  await makeRepository(made.place, testPassword);
  await backUp(made, fixture.dataDir);
  await using _kept = immutable(made.place);
  const [first] = await Array.fromAsync(made.storage.list("snapshots"));
  await backUp(made, fixture.dataDir);
  assert.ok(first !== undefined);
  await assert.rejects(made.storage.remove({ type: "snapshots", name: first.name }), (error) => {
    assert.ok(isObhutError(error, "STORAGE_FAILED"));
    assert.match(String(error.params.action), /^remove snapshots\//);
    return true;
  });
  const { errors } = await runCheck({ repository: made.repository, readData: { kind: "all" } }, made.parts, made.watch);
  assert.equal(errors, 0);
});

/** Only root may: directly, or through sudo. */
function immutable(place: string): Disposable & AsyncDisposable {
  const files = ["snapshots", "index", "data"].map((name) => join(place, name));
  const change = (flag: string): void => {
    const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
    const [program = "find", ...rest] = [...sudo, "find", ...files, "-type", "f", "-exec", "chattr", flag, "{}", "+"];
    execFileSync(program, rest, { stdio: ["ignore", "ignore", "inherit"] });
  };
  change("+i");
  return { [Symbol.dispose]: () => change("-i"), [Symbol.asyncDispose]: async () => change("-i") };
}
