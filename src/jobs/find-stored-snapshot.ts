/** The snapshot a person names, in an opened repository. */
import type { SnapshotFilter } from "../repository/find-snapshot.ts";
import type { Repository } from "../repository/repository.ts";
import { loadSnapshots, type StoredSnapshot } from "../repository/snapshots.ts";
import { findingsBeside, findReadable } from "./failed-snapshots.ts";
import type { JobWatch } from "./job-event.ts";

export interface SnapshotChoice {
  /** Id or its first digits, `latest`, or `@time`. */
  readonly query: string;
  /** Name of the instance; undefined: any. */
  readonly instance: string | undefined;
}

/** Errors: those of `findReadable`. What it says of others that are damaged or cannot be read: `findingsBeside`. */
export async function findStoredSnapshot(
  repository: Repository,
  { query, instance }: SnapshotChoice,
  { emit, signal }: JobWatch,
): Promise<StoredSnapshot> {
  const loaded = await loadSnapshots(repository, signal);
  const filter: SnapshotFilter = instance === undefined ? {} : { instances: [instance] };
  for (const one of findingsBeside(loaded, [query])) emit({ type: "finding", finding: one });
  return findReadable(loaded, query, filter);
}
