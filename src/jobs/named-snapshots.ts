/** The snapshots that a person lists for what may take them away. */
import { ObhutError } from "../base/errors.ts";
import type { SnapshotFilter } from "../repository/find-snapshot.ts";
import {
  type FailedSnapshot,
  type LoadedSnapshots,
  namedFailure,
  type StoredSnapshot,
} from "../repository/snapshots.ts";
import { failedBy, findReadable, isById } from "./failed-snapshots.ts";

export interface NamedSnapshots {
  /** Each once, oldest first. */
  readonly snapshots: readonly StoredSnapshot[];
  readonly damaged: readonly FailedSnapshot[];
}

/**
 * Those of ids or their first digits, `latest`, `@time`; the filter counts for the last two. A damaged snapshot can be named by digits
 * too; one that cannot be read may be whole, so naming it is its own error. SNAPSHOT_UNSURE for `latest` and `@time` where one that failed
 * might be meant: an older one must not go in its place. Else as `findReadable`; after an error none is taken.
 */
export function namedSnapshots(
  loaded: LoadedSnapshots,
  queries: readonly string[],
  filter: SnapshotFilter,
): NamedSnapshots {
  const found = new Set<StoredSnapshot>();
  const given = new Set<FailedSnapshot>();
  for (const query of queries) {
    const failed = failedBy(loaded, query);
    if (failed !== undefined && loaded.damaged.includes(failed)) given.add(failed);
    else found.add(findSure(loaded, query, filter));
  }
  return { snapshots: loaded.snapshots.filter((one) => found.has(one)), damaged: [...given] };
}

function findSure(loaded: LoadedSnapshots, query: string, filter: SnapshotFilter): StoredSnapshot {
  const found = findReadable(loaded, query, filter);
  const [rival] = [...loaded.damaged, ...loaded.unreadable];
  if (isById(query) || rival === undefined) return found;
  throw new ObhutError("SNAPSHOT_UNSURE", { query, ...namedFailure(rival) });
}
