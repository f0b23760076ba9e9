/** The snapshots that a person means, for commands that take several: those named, else all that the filters leave. Pure. */
import { filterSnapshots, findSnapshot } from "../repository/find-snapshot.ts";
import type { StoredSnapshot } from "../repository/snapshots.ts";

export interface SnapshotsChoice {
  /** Ids, first digits, `latest`, `@time`; empty: all. */
  readonly queries: readonly string[];
  /** Name of the instance; undefined: any. */
  readonly instance: string | undefined;
  /** Tags that they all bear. */
  readonly tags: readonly string[];
}

/** Oldest first, each once. SNAPSHOT_NOT_FOUND and SNAPSHOT_AMBIGUOUS for what was named; the filters may leave none. */
export function chooseSnapshots(
  snapshots: readonly StoredSnapshot[],
  { queries, instance, tags }: SnapshotsChoice,
): readonly StoredSnapshot[] {
  const filter = {
    ...(instance === undefined ? {} : { instances: [instance] }),
    ...(tags.length === 0 ? {} : { tags: [tags] }),
  };
  if (queries.length === 0) return filterSnapshots(snapshots, filter);
  const named = new Set(queries.map((query) => findSnapshot(snapshots, query, filter).id));
  return snapshots.filter(({ id }) => named.has(id));
}
