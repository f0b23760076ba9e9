/** The snapshot a person names, in a repository that is opened with its index. It owns the storage and closes it. */
import type { Destination } from "../plans/destination.ts";
import { loadIndex } from "../repository/load-index.ts";
import type { IndexedRepository } from "../repository/repository.ts";
import type { StoredSnapshot } from "../repository/snapshots.ts";
import { findStoredSnapshot, type SnapshotChoice } from "./find-stored-snapshot.ts";
import type { JobWatch } from "./job-event.ts";
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
}

/** Errors: those of `openDestination`, `findStoredSnapshot` and `loadIndex`. */
export async function openSnapshot(
  { repository: destination, snapshot: choice }: NamedSnapshot,
  parts: Parts,
  watch: JobWatch,
): Promise<OpenedSnapshot> {
  await using stack = new AsyncDisposableStack();
  const opened = stack.use(await openDestination(destination, parts));
  const snapshot = await findStoredSnapshot(opened.repository, choice, watch);
  const repository = await loadIndex(opened.repository, watch);
  const kept = stack.move();
  return { repository, snapshot, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
