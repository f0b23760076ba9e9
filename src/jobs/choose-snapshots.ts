/** The snapshots that a person means, for commands that take several: those named, else all that the filter leaves. Pure. */
import type { Finding } from "../base/finding-codes.ts";
import { filterSnapshots, type SnapshotFilter } from "../repository/find-snapshot.ts";
import type { LoadedSnapshots, StoredSnapshot } from "../repository/snapshots.ts";
import { findingsBeside, findReadable } from "./failed-snapshots.ts";

export interface SnapshotsChoice {
  /** Ids or their first digits, `latest`, `@time`; none: all that the filter chooses. */
  readonly queries: readonly string[];
  readonly filter: SnapshotFilter;
}

/** Oldest first, each once. Errors: those of `findReadable` for what was named; the filter may leave none. */
export function chooseSnapshots(
  loaded: LoadedSnapshots,
  { queries, filter }: SnapshotsChoice,
  onFinding: (found: Finding) => void,
): readonly StoredSnapshot[] {
  for (const found of findingsBeside(loaded, queries)) onFinding(found);
  const named = new Set(queries.map((query) => findReadable(loaded, query, filter)));
  if (queries.length === 0) return filterSnapshots(loaded.snapshots, filter);
  return loaded.snapshots.filter((one) => named.has(one));
}
