/** Locks as a job holds them: released with it, and what could not be released is said. */
import { isObhutError } from "../base/errors.ts";
import { type Finding, finding } from "../base/finding-codes.ts";
import { failureReason } from "../repository/failure-reason.ts";
import { type LockOptions, lockRepository } from "../repository/lock-repository.ts";
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
  const written = Promise.withResolvers<void>();
  const locking = lockRepository(repository, { ...lockOptions(repository, mode, watch), onWritten: written.resolve });
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

function lockOptions({ storage: { location }, actor }: Repository, mode: LockMode, watch: JobWatch): LockOptions {
  const tell = (found: Finding): void => watch.emit({ type: "finding", finding: found });
  return {
    mode,
    signal: watch.signal,
    retryMs: actor.retryLockMs ?? 0,
    onWaiting: (error) => {
      if (isObhutError(error, "REPOSITORY_LOCKED")) tell(finding("LOCK_AWAITED", error.params));
    },
    onReleaseFailed: (error) => tell(finding("LOCK_NOT_REMOVED", { location, reason: failureReason(error) })),
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
  // Nothing is read before it is taken: two that began at the same moment may both try again.
  const lock = await lockRepository(repository, lockOptions(repository, mode, watch));
  return {
    signal: AbortSignal.any([watch.signal, lock.signal]),
    [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose](),
  };
}
