/** Takes a lock, keeps it fresh while it is held, and stops the work in time when that fails. */

import { ObhutError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { type AnyReason, reason } from "../base/reason-codes.ts";
import { failureReason } from "./failure-reason.ts";
import { conflictOf, type LockMode, listLocks, lockedError, removeLock, type WrittenLock, writeLock } from "./locks.ts";
import type { Repository } from "./repository.ts";

export interface LockOptions {
  readonly mode: LockMode;
  /** How long to try again while others hold conflicting locks, ms. Default 0: fail at once. */
  readonly retryMs?: number;
  readonly signal?: AbortSignal;
  /**
   * Told when the lock's file is there, before it is known whether others stand against it. What is read from then on is
   * good if the lock is taken in the end: nobody can remove anything that does not see it. So an attempt that was told of and is refused
   * is the last: what was read since may be gone before the next.
   */
  readonly onWritten?: () => void;
  /** Told once when waiting begins. */
  readonly onWaiting?: (error: ObhutError) => void;
  /** Told when a lock that is no longer needed could not be removed; it then goes stale by itself. */
  readonly onReleaseFailed?: (error: unknown) => void;
}

export interface RepositoryLock extends AsyncDisposable {
  /** Aborts with REPOSITORY_LOCK_LOST before anybody may think that the lock is stale. All work under the lock must obey it. */
  readonly signal: AbortSignal;
}

const firstRetryMs = 5_000;
const longestRetryMs = 60_000;
/** Wall time is looked at this often, because timers stand still while a machine sleeps. */
const watchMs = 1_000;
const releaseAttempts = 3;

/** REPOSITORY_LOCKED where others hold a lock that forbids this one. */
export async function lockRepository(repo: Repository, options: LockOptions): Promise<RepositoryLock> {
  const { clock } = repo.actor;
  const untilMs = clock.monotonicMs() + (options.retryMs ?? 0);
  let said = false;
  for (let waitMs = firstRetryMs; ; waitMs = Math.min(2 * waitMs, longestRetryMs)) {
    options.signal?.throwIfAborted();
    let told = false;
    const onWritten = (): void => {
      told = options.onWritten !== undefined;
      options.onWritten?.();
    };
    const attempt = await tryLock(repo, { ...options, onWritten });
    if (!(attempt instanceof ObhutError)) return new Lock(repo, attempt, options);
    const leftMs = untilMs - clock.monotonicMs();
    if (leftMs <= 0 || told) throw attempt;
    if (!said) options.onWaiting?.(attempt);
    said = true;
    await clock.sleep(Math.min(waitMs, leftMs), options.signal);
  }
}

/** Looks, writes, waits a moment and looks again: of two that write at once at least one sees the other. */
async function tryLock(
  repo: Repository,
  { mode, signal, onWritten, onReleaseFailed }: LockOptions,
): Promise<WrittenLock | ObhutError> {
  const before = conflictOf(await listLocks(repo, signal), mode, repo.actor.clock.nowMs());
  if (before !== undefined) return lockedError(repo, before);
  const written = await writeLock(repo, mode);
  try {
    onWritten?.();
    await repo.actor.clock.sleep(limits.lockSettleMs, signal);
    const others = (await listLocks(repo, signal)).filter((held) => held.id !== written.id);
    const after = conflictOf(others, mode, repo.actor.clock.nowMs());
    if (after === undefined) return written;
    // Who holds it is what a person must know, even where the storage keeps this lock.
    await removeLock(repo, written.id).catch(onReleaseFailed ?? (() => undefined));
    return lockedError(repo, after);
  } catch (error) {
    await removeLock(repo, written.id).catch(() => undefined);
    throw error;
  }
}

class Lock implements RepositoryLock {
  readonly signal: AbortSignal;
  readonly #repo: Repository;
  readonly #options: LockOptions;
  readonly #lost = new AbortController();
  readonly #released = new AbortController();
  readonly #watching: Promise<void>;
  #written: WrittenLock;
  #triedMs: number;
  /** Why the last refresh failed. */
  #reason: AnyReason | undefined;

  constructor(repo: Repository, written: WrittenLock, options: LockOptions) {
    this.signal = this.#lost.signal;
    this.#repo = repo;
    this.#written = written;
    this.#options = options;
    this.#triedMs = written.timeMs;
    this.#watching = this.#watch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#released.abort();
    await this.#watching;
    for (let attempt = 1; ; attempt++) {
      try {
        return await removeLock(this.#repo, this.#written.id);
      } catch (error) {
        if (attempt < releaseAttempts) continue;
        this.#options.onReleaseFailed?.(error);
        return;
      }
    }
  }

  async #watch(): Promise<void> {
    const { clock } = this.#repo.actor;
    while (!this.#released.signal.aborted && !this.#lost.signal.aborted) {
      await clock.sleep(watchMs, this.#released.signal).catch(() => undefined);
      if (this.#released.signal.aborted) return;
      await this.#tick(clock.nowMs());
    }
  }

  async #tick(nowMs: number): Promise<void> {
    const ageMs = nowMs - this.#written.timeMs;
    if (ageMs >= limits.lockLostMs) return await this.#reclaim();
    // A clock that was set back must not keep the lock from being refreshed.
    const sinceTryMs = Math.abs(nowMs - this.#triedMs);
    const dueMs = this.#reason === undefined ? limits.lockRefreshMs : limits.lockRefreshMs / 10;
    if (sinceTryMs < dueMs) return;
    this.#triedMs = nowMs;
    try {
      await this.#replace();
      this.#reason = undefined;
    } catch (error) {
      this.#reason = failureReason(error);
    }
  }

  /** After a long sleep of the machine: the lock is good as long as its file is there, before and after a new one is made. */
  async #reclaim(): Promise<void> {
    try {
      if (await this.#isThere()) {
        const written = await writeLock(this.#repo, this.#options.mode);
        if (await this.#isThere()) return await this.#adopt(written);
        await removeLock(this.#repo, written.id);
      }
      this.#reason ??= reason("lockRemoved", {});
    } catch (error) {
      this.#reason = failureReason(error);
    }
    const params = { location: this.#repo.storage.location, reason: this.#reason ?? "" };
    this.#lost.abort(new ObhutError("REPOSITORY_LOCK_LOST", params));
  }

  /** The new file is there before the old one goes: at no moment is the repository without this lock. */
  async #replace(): Promise<void> {
    await this.#adopt(await writeLock(this.#repo, this.#options.mode));
  }

  async #adopt(written: WrittenLock): Promise<void> {
    const old = this.#written;
    this.#written = written;
    // What stays behind of it goes stale; it is no reason to stop.
    await removeLock(this.#repo, old.id).catch(() => undefined);
  }

  async #isThere(): Promise<boolean> {
    return (await this.#repo.storage.sizeOf({ type: "locks", name: this.#written.id })) !== undefined;
  }
}
