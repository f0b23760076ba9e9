/** A shared lock while a repository is read, so that nobody removes what is being read. */
import { isObhutError, reasonOf } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import { lockedSignal, lockRepository } from "../repository/lock-repository.ts";
import type { Repository } from "../repository/repository.ts";
import type { Emit } from "./job-event.ts";
import { lockReport } from "./open-targets.ts";

export interface ReadingLock extends AsyncDisposable {
  /** Aborts when the caller does, or when the lock is lost. */
  readonly signal: AbortSignal;
}

/** REPOSITORY_LOCKED where somebody holds it alone. Where locks cannot be written (a read-only medium) it is read without one, as a note says. */
export async function lockForReading(
  repository: Repository,
  { emit, signal }: { readonly emit: Emit; readonly signal: AbortSignal },
): Promise<ReadingLock> {
  const { location } = repository.storage;
  try {
    const lock = await lockRepository(repository, { mode: "shared", signal, ...lockReport(location, emit) });
    return { signal: lockedSignal(lock, signal), [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose]() };
  } catch (error) {
    if (!isObhutError(error, "STORAGE_FAILED") && !isObhutError(error, "STORAGE_FULL")) throw error;
    emit({ type: "finding", finding: finding("REPOSITORY_NOT_LOCKED", { location, reason: reasonOf(error) }) });
    return { signal, [Symbol.asyncDispose]: async () => undefined };
  }
}
