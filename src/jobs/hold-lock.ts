/** Locks as a job holds them: released with it, and what could not be released is said. */
import { finding } from "../base/finding-codes.ts";
import { failureReason } from "../repository/failure-reason.ts";
import { lockRepository } from "../repository/lock-repository.ts";
import type { LockMode } from "../repository/locks.ts";
import type { Repository } from "../repository/repository.ts";
import type { JobWatch } from "./job-event.ts";

export interface JobLock extends AsyncDisposable {
  /** Aborts when the lock is lost. */
  readonly lost: AbortSignal;
  /**
   * What was read meanwhile is good when this resolves; before it nothing may be written. Rejects with REPOSITORY_LOCKED where others
   * stand against the lock.
   */
  readonly taken: Promise<void>;
}

/**
 * Resolves when the lock's file is there, and does not wait until it has settled: half of an unchanged backup's time would be such
 * waiting. What is read from that moment on is good if the lock is taken in the end: nobody removes anything who does not see it.
 */
export async function beginLock(repository: Repository, mode: LockMode, watch: JobWatch): Promise<JobLock> {
  const { location } = repository.storage;
  const written = Promise.withResolvers<void>();
  const locking = lockRepository(repository, {
    mode,
    signal: watch.signal,
    onWritten: written.resolve,
    onReleaseFailed: (error) =>
      watch.emit({ type: "finding", finding: finding("LOCK_NOT_REMOVED", { location, reason: failureReason(error) }) }),
  });
  const lost = new AbortController();
  const taken = locking.then(({ signal }) => {
    signal.addEventListener("abort", () => lost.abort(signal.reason), { once: true });
  });
  taken.catch(() => undefined);
  await Promise.race([written.promise, taken]);
  return {
    lost: lost.signal,
    taken,
    [Symbol.asyncDispose]: async () => await (await locking.catch(() => undefined))?.[Symbol.asyncDispose](),
  };
}

/**
 * What `read` gives, which may begin before the lock is taken. Where it fails and the lock is refused, that is the reason: whoever
 * holds the repository may be removing what was to be read.
 */
export async function readWhileTaking<T>(lock: Pick<JobLock, "taken">, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    await lock.taken;
    throw error;
  }
}

export interface TakenLock extends AsyncDisposable {
  /** Aborts when the job does, or when the lock is lost. All work under the lock obeys it. */
  readonly signal: AbortSignal;
}

/** Resolves when the lock is taken, and anything may be written. Errors: REPOSITORY_LOCKED, and the storage's. @public */
export async function holdLock(repository: Repository, mode: LockMode, watch: JobWatch): Promise<TakenLock> {
  const lock = await beginLock(repository, mode, watch);
  await lock.taken;
  return {
    signal: AbortSignal.any([watch.signal, lock.lost]),
    [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose](),
  };
}
