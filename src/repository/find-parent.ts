/** Which snapshot a backup builds on. Source: restic's doc/040_backup.rst, "File change detection". */
import { msOfTimeText } from "./format/time-text.ts";
import type { StoredSnapshot } from "./snapshots.ts";

export interface ParentQuery {
  readonly hostname: string;
  readonly paths: readonly string[];
  readonly timeMs: number;
}

/** The newest snapshot of the same host and the same paths that is not later than `timeMs`. */
export function findParent(snapshots: Iterable<StoredSnapshot>, query: ParentQuery): StoredSnapshot | undefined {
  const wanted = pathsKey(query.paths);
  let newest: StoredSnapshot | undefined;
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const snapshot of snapshots) {
    const timeMs = msOfTimeText(snapshot.time);
    if (snapshot.hostname !== query.hostname || pathsKey(snapshot.paths) !== wanted) continue;
    if (timeMs > query.timeMs || timeMs < newestMs) continue;
    newest = snapshot;
    newestMs = timeMs;
  }
  return newest;
}

function pathsKey(paths: readonly string[]): string {
  return JSON.stringify([...new Set(paths)].sort());
}
