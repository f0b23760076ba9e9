/** The snapshot a person names, in a repository that is opened with its index and locked, so that nobody removes what is being read. */
import type { Destination } from "../plans/destination.ts";
import { loadIndex } from "../repository/load-index.ts";
import type { IndexedRepository } from "../repository/repository.ts";
import type { StoredSnapshot } from "../repository/snapshots.ts";
import { findStoredSnapshot, type SnapshotChoice } from "./find-stored-snapshot.ts";
import { readWhileTaking } from "./hold-lock.ts";
import type { JobWatch } from "./job-event.ts";
import { lockForReading } from "./lock-for-reading.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

/** What is asked for. */
export interface NamedSnapshot {
  readonly repository: Destination;
  readonly snapshot: SnapshotChoice;
}

interface OpenedSnapshot extends AsyncDisposable {
  readonly repository: IndexedRepository;
  readonly snapshot: StoredSnapshot;
  /** Aborts when the caller does, or when the lock is lost. */
  readonly signal: AbortSignal;
}

/** It owns the storage and the lock. Errors: those of `openDestination`, `findStoredSnapshot` and `loadIndex`. */
export async function openSnapshot(
  { repository: destination, snapshot: choice }: NamedSnapshot,
  parts: Parts,
  watch: JobWatch,
): Promise<OpenedSnapshot> {
  await using stack = new AsyncDisposableStack();
  const opened = stack.use(await openDestination(destination, parts));
  const lock = stack.use(await lockForReading(opened.repository, watch));
  const { signal } = lock;
  const read = await readWhileTaking(lock, async () => {
    const snapshot = await findStoredSnapshot(opened.repository, choice, { ...watch, signal });
    return { snapshot, repository: await loadIndex(opened.repository, { signal }) };
  });
  await lock.taken;
  const kept = stack.move();
  return { ...read, signal, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
