/** A shared lock while a repository is read, so that nobody removes what is being read. */
import { isObhutError, reasonOf } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import { lockRepository } from "../repository/lock-repository.ts";
import type { Repository } from "../repository/repository.ts";
import type { Emit } from "./job-event.ts";
import { lockReport } from "./open-targets.ts";

export interface ReadingLock extends AsyncDisposable {
  /** Aborts when the caller does, or when the lock is lost. */
  readonly signal: AbortSignal;
  /** What was read is good when this resolves: to be awaited before anything is made of it. Rejects like `lockForReading`. */
  readonly taken: Promise<void>;
}

/**
 * Resolves when the lock is written, and reading may begin. REPOSITORY_LOCKED where somebody holds it alone, here or in `taken`. Where
 * locks cannot be written (a read-only medium) it is read without one, as a note says.
 */
export async function lockForReading(
  repository: Repository,
  { emit, signal }: { readonly emit: Emit; readonly signal: AbortSignal },
): Promise<ReadingLock> {
  const { location } = repository.storage;
  try {
    const written = Promise.withResolvers<void>();
    const locking = lockRepository(repository, {
      mode: "shared",
      signal,
      onWritten: written.resolve,
      ...lockReport(location, emit),
    });
    const lost = new AbortController();
    const taken = locking.then((lock) => {
      lock.signal.addEventListener("abort", () => lost.abort(lock.signal.reason), { once: true });
    });
    taken.catch((error: unknown) => lost.abort(error));
    await Promise.race([written.promise, taken]);
    return {
      signal: AbortSignal.any([signal, lost.signal]),
      taken,
      [Symbol.asyncDispose]: async () => await (await locking.catch(() => undefined))?.[Symbol.asyncDispose](),
    };
  } catch (error) {
    if (!isObhutError(error, "STORAGE_FAILED") && !isObhutError(error, "STORAGE_FULL")) throw error;
    emit({ type: "finding", finding: finding("REPOSITORY_NOT_LOCKED", { location, reason: reasonOf(error) }) });
    return { signal, taken: Promise.resolve(), [Symbol.asyncDispose]: async () => undefined };
  }
}
