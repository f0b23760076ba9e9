/** The snapshot a person names, in an opened repository. */
import type { SnapshotFilter } from "../repository/find-snapshot.ts";
import { findSnapshot } from "../repository/find-snapshot.ts";
import type { Repository } from "../repository/repository.ts";
import { loadSnapshots, type StoredSnapshot } from "../repository/snapshots.ts";
import type { JobWatch } from "./job-event.ts";

export interface SnapshotChoice {
  /** Id or its first digits, `latest`, or `@time`. */
  readonly query: string;
  /** Name of the instance; undefined: any. */
  readonly instance: string | undefined;
}

/** Errors: SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS. Snapshots that cannot be read are findings. */
export async function findStoredSnapshot(
  repository: Repository,
  { query, instance }: SnapshotChoice,
  { emit, signal }: JobWatch,
): Promise<StoredSnapshot> {
  const { snapshots, findings } = await loadSnapshots(repository, signal);
  for (const found of findings) emit({ type: "finding", finding: found });
  const filter: SnapshotFilter = instance === undefined ? {} : { instances: [instance] };
  return findSnapshot(snapshots, query, filter);
}
