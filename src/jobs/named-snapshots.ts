/** The snapshots that a person lists. */
import { ObhutError } from "../base/errors.ts";
import { shortId } from "../base/ids.ts";
import { findSnapshot, type SnapshotFilter } from "../repository/find-snapshot.ts";
import type { DamagedSnapshot, LoadedSnapshots, StoredSnapshot } from "../repository/snapshots.ts";

export interface NamedSnapshots {
  /** Each once, oldest first. */
  readonly snapshots: readonly StoredSnapshot[];
  readonly damaged: readonly DamagedSnapshot[];
}

/**
 * Those of ids or their first digits, `latest`, `@time`; the filter counts for the last two. A damaged snapshot can be named by digits
 * too. SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS: then none is taken.
 */
export function namedSnapshots(
  loaded: LoadedSnapshots,
  queries: readonly string[],
  filter: SnapshotFilter,
): NamedSnapshots {
  const found = new Set<StoredSnapshot>();
  const damaged = new Set<DamagedSnapshot>();
  for (const query of queries) {
    const broken = damagedBy(loaded, query);
    if (broken === undefined) found.add(findSnapshot(loaded.snapshots, query, filter));
    else damaged.add(broken);
  }
  return { snapshots: loaded.snapshots.filter((one) => found.has(one)), damaged: [...damaged] };
}

function damagedBy({ snapshots, damaged }: LoadedSnapshots, query: string): DamagedSnapshot | undefined {
  const digits = query.toLowerCase();
  const begins = ({ id }: { readonly id: string }): boolean => digits !== "" && id.startsWith(digits);
  const [first, ...more] = damaged.filter(begins);
  const others = [...more, ...snapshots.filter(begins)];
  if (first !== undefined && others.length > 0) {
    throw new ObhutError("SNAPSHOT_AMBIGUOUS", {
      query,
      matches: [first, ...others].map(({ id }) => shortId(id)).join(", "),
    });
  }
  return first;
}
