/** The snapshots that a person means, for commands that take several: those named, else all that the filter leaves. Pure. */
import { filterSnapshots, findSnapshot, type SnapshotFilter } from "../repository/find-snapshot.ts";
import type { StoredSnapshot } from "../repository/snapshots.ts";

export interface SnapshotsChoice {
  /** Ids or their first digits, `latest`, `@time`; none: all that the filter chooses. */
  readonly queries: readonly string[];
  readonly filter: SnapshotFilter;
}

/** Oldest first, each once. SNAPSHOT_NOT_FOUND and SNAPSHOT_AMBIGUOUS for what was named; the filter may leave none. */
export function chooseSnapshots(
  snapshots: readonly StoredSnapshot[],
  { queries, filter }: SnapshotsChoice,
): readonly StoredSnapshot[] {
  if (queries.length === 0) return filterSnapshots(snapshots, filter);
  const named = new Set(queries.map((query) => findSnapshot(snapshots, query, filter)));
  return snapshots.filter((one) => named.has(one));
}
