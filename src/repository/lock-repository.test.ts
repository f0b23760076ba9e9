import assert from "node:assert/strict";
import { it } from "node:test";
import { cheapKdf, testActor } from "../../tests/support/actor.ts";
import { FakeClock } from "../../tests/support/fake-clock.ts";
import { isObhutError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { MemoryStorage } from "../storage/memory/memory-storage.ts";
import { initRepository } from "./init-repository.ts";
import { type LockOptions, lockRepository, type RepositoryLock } from "./lock-repository.ts";
import { listLocks, unlockRepository, writeLock } from "./locks.ts";
import type { Repository } from "./repository.ts";

const minuteMs = 60_000;

interface Setting {
  readonly repo: Repository;
  readonly storage: MemoryStorage;
  readonly clock: FakeClock;
  /** Takes a lock while time passes by itself. */
  readonly lock: (options: LockOptions) => Promise<RepositoryLock>;
  fault: ((call: string) => void) | undefined;
}

async function setting(): Promise<Setting> {
  const clock = new FakeClock();
  const made: { fault: Setting["fault"] } = { fault: undefined };
  const storage = new MemoryStorage({ before: (call, file) => made.fault?.(`${call} ${file?.type}`) });
  const repo = await initRepository(storage, { password: "p", actor: testActor(clock), kdf: cheapKdf });
  const lock = async (options: LockOptions): Promise<RepositoryLock> => {
    const taken = lockRepository(repo, options);
    taken.catch(() => undefined);
    await clock.advance(1000);
    return await taken;
  };
  return Object.assign(made, { repo, storage, clock, lock });
}

const isLocked = (error: unknown): boolean => isObhutError(error, "REPOSITORY_LOCKED");

it("shared locks live beside each other, an exclusive one beside none", async () => {
  const { lock, repo } = await setting();
  const first = await lock({ mode: "shared" });
  const second = await lock({ mode: "shared" });
  await assert.rejects(lock({ mode: "exclusive" }), isLocked);
  await first[Symbol.asyncDispose]();
  await assert.rejects(lock({ mode: "exclusive" }), isLocked);
  await second[Symbol.asyncDispose]();
  const only = await lock({ mode: "exclusive" });
  await assert.rejects(lock({ mode: "shared" }), isLocked);
  await assert.rejects(lock({ mode: "exclusive" }), isLocked);
  await only[Symbol.asyncDispose]();
  assert.deepEqual(await listLocks(repo), []);
});

it("names holder and since", async () => {
  const { lock } = await setting();
  await using _held = await lock({ mode: "exclusive" });
  await assert.rejects(lock({ mode: "shared" }), (error) => {
    assert.ok(isObhutError(error, "REPOSITORY_LOCKED"));
    assert.deepEqual(error.params, {
      location: "memory",
      holder: "tester@test-host (4242)",
      since: "2026-11-23T10:00:00Z",
    });
    return true;
  });
});

it("two exclusive ones at the same moment never both succeed, and leave nothing when both fail", async () => {
  const { repo, clock } = await setting();
  const both = [lockRepository(repo, { mode: "exclusive" }), lockRepository(repo, { mode: "exclusive" })];
  const results = Promise.allSettled(both);
  await clock.advance(1000);
  const won = (await results).filter((result) => result.status === "fulfilled");
  assert.ok(won.length <= 1);
  for (const { value } of won) await value[Symbol.asyncDispose]();
  assert.deepEqual(await listLocks(repo), []);
});

it("is refreshed every five minutes, with no moment without a lock", async () => {
  const { lock, repo, storage, clock } = await setting();
  const held = await lock({ mode: "shared" });
  const first = [...storage.files.keys()].find((name) => name.startsWith("locks/"));
  await clock.advance(limits.lockRefreshMs + 2000);
  const locks = await listLocks(repo);
  assert.equal(locks.length, 1);
  assert.notEqual(`locks/${locks[0]?.id}`, first);
  await clock.advance(120 * minuteMs);
  assert.equal(held.signal.aborted, false);
  assert.equal((await listLocks(repo)).length, 1);
  await held[Symbol.asyncDispose]();
  assert.deepEqual(await listLocks(repo), []);
});

it("a refresh that keeps failing stops the work before the lock is stale", async () => {
  const made = await setting();
  const held = await made.lock({ mode: "shared" });
  made.fault = (call) => {
    if (call === "save locks") throw new Error("no network");
  };
  await made.clock.advance(20 * minuteMs);
  assert.equal(held.signal.aborted, false);
  await made.clock.advance(3 * minuteMs);
  assert.ok(isObhutError(held.signal.reason, "REPOSITORY_LOCK_LOST"));
  assert.match(String(held.signal.reason.params["reason"]), /no network/);
  await held[Symbol.asyncDispose]();
});

it("after a long sleep of the machine it goes on where its lock is still there, and stops where it is not", async () => {
  const made = await setting();
  const kept = await made.lock({ mode: "shared" });
  made.clock.jump(8 * 60 * minuteMs);
  await made.clock.advance(2000);
  assert.equal(kept.signal.aborted, false);
  await unlockRepository(made.repo, { all: true });
  made.clock.jump(8 * 60 * minuteMs);
  await made.clock.advance(2000);
  assert.ok(isObhutError(kept.signal.reason, "REPOSITORY_LOCK_LOST"));
  assert.deepEqual(await listLocks(made.repo), []);
});

it("a stale lock lets a shared one in but no exclusive one, until it is unlocked", async () => {
  const { repo, clock, lock } = await setting();
  await writeLock(repo, "exclusive");
  clock.jump(29 * minuteMs);
  await assert.rejects(lock({ mode: "shared" }), isLocked);
  assert.deepEqual(await unlockRepository(repo, { all: false }), []);
  clock.jump(2 * minuteMs);
  await (await lock({ mode: "shared" }))[Symbol.asyncDispose]();
  await assert.rejects(lock({ mode: "exclusive" }), isLocked);
  assert.equal((await unlockRepository(repo, { all: false })).length, 1);
  await (await lock({ mode: "exclusive" }))[Symbol.asyncDispose]();
});

it("a lock that cannot be read keeps others out; unlock removes it only with all; an empty one is nothing", async () => {
  const { repo, storage, lock } = await setting();
  storage.files.set(`locks/${"1".repeat(64)}`, new Uint8Array(0));
  await (await lock({ mode: "exclusive" }))[Symbol.asyncDispose]();
  storage.files.set(`locks/${"2".repeat(64)}`, new Uint8Array(100));
  await assert.rejects(lock({ mode: "shared" }), isLocked);
  assert.deepEqual(await unlockRepository(repo, { all: false }), []);
  assert.equal((await unlockRepository(repo, { all: true })).length, 1);
  assert.equal(storage.files.has(`locks/${"1".repeat(64)}`), false);
});

it("waits for a lock as long as it is told, and says so once", async () => {
  const { repo, clock, lock } = await setting();
  const held = await lock({ mode: "exclusive" });
  const said: string[] = [];
  const taken = lockRepository(repo, { mode: "shared", retryMs: 10 * minuteMs, onWaiting: (e) => said.push(e.code) });
  await clock.advance(2 * minuteMs);
  await held[Symbol.asyncDispose]();
  await clock.advance(2 * minuteMs);
  await (await taken)[Symbol.asyncDispose]();
  assert.deepEqual(said, ["REPOSITORY_LOCKED"]);
});

it("is not tried again once somebody reads under it: what was read may be gone before the next attempt", async () => {
  const made = await setting();
  let written = 0;
  let other: Promise<unknown> | undefined;
  // Another one begins in the very moment in which this one's file is there.
  const onWritten = (): void => {
    written++;
    other ??= writeLock(made.repo, "exclusive");
  };
  const refused = lockRepository(made.repo, { mode: "shared", retryMs: 10 * minuteMs, onWritten });
  await assert.rejects(Promise.all([refused, made.clock.advance(minuteMs)]), { code: "REPOSITORY_LOCKED" });
  await other;
  assert.equal(written, 1);
});

it("a lock that cannot be removed is told, not thrown: the work is done", async () => {
  const made = await setting();
  const failed: unknown[] = [];
  const held = await made.lock({ mode: "shared", onReleaseFailed: (error) => failed.push(error) });
  made.fault = (call) => {
    if (call === "remove locks") throw new Error("no network");
  };
  await held[Symbol.asyncDispose]();
  assert.equal(failed.length, 1);
});
