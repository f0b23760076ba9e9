/** A shared lock while a repository is read, so that nobody removes what is being read. */
import { isObhutError } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import { failureReason } from "../repository/failure-reason.ts";
import { isRefusal } from "../repository/is-refusal.ts";
import type { Repository } from "../repository/repository.ts";
import { beginLock } from "./hold-lock.ts";
import type { JobWatch } from "./job-event.ts";

export interface ReadingLock extends AsyncDisposable {
  /** Aborts when the caller does, or when the lock is refused or lost. */
  readonly signal: AbortSignal;
  /** What was read is good when this resolves: to be awaited before anything is made of it. Rejects like `lockForReading`. */
  readonly taken: Promise<void>;
}

/**
 * Resolves when the lock is written, and reading may begin. REPOSITORY_LOCKED where somebody holds it alone, here or in `taken`. Where
 * locks cannot be written (a read-only medium, a user who may only read) it is read without one, as a note says.
 */
export async function lockForReading(repository: Repository, watch: JobWatch): Promise<ReadingLock> {
  const { location } = repository.storage;
  try {
    const lock = await beginLock(repository, "shared", watch);
    const refused = new AbortController();
    lock.taken.catch((error: unknown) => refused.abort(error));
    return {
      signal: AbortSignal.any([watch.signal, lock.lost, refused.signal]),
      taken: lock.taken,
      [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose](),
    };
  } catch (error) {
    if (!isRefusal(error) && !isObhutError(error, "STORAGE_FAILED") && !isObhutError(error, "STORAGE_FULL"))
      throw error;
    watch.emit({
      type: "finding",
      finding: finding("REPOSITORY_NOT_LOCKED", { location, reason: failureReason(error) }),
    });
    return { signal: watch.signal, taken: Promise.resolve(), [Symbol.asyncDispose]: async () => undefined };
  }
}
