/** Which snapshots another repository lacks. Pure. Source: restic's cmd/restic/cmd_copy.go, similarSnapshots. */
import { nsOfTimeText } from "../format/time-text.ts";
import type { StoredSnapshot } from "../snapshots.ts";

/** Those of `wanted` that `present` has no copy of. */
export function snapshotsToCopy(
  wanted: readonly StoredSnapshot[],
  present: readonly StoredSnapshot[],
): readonly StoredSnapshot[] {
  const byOriginal = new Map<string, StoredSnapshot[]>();
  for (const snapshot of present) {
    for (const id of new Set([snapshot.id, snapshot.original ?? snapshot.id])) {
      byOriginal.set(id, [...(byOriginal.get(id) ?? []), snapshot]);
    }
  }
  return wanted.filter((snapshot) => {
    const candidates = byOriginal.get(snapshot.original ?? snapshot.id) ?? [];
    return !candidates.some((candidate) => isCopy(candidate, snapshot));
  });
}

/** Whether all is equal that a copy keeps: not the parent, which means nothing elsewhere, and not which snapshot was the first. */
function isCopy(a: StoredSnapshot, b: StoredSnapshot): boolean {
  return (
    nsOfTimeText(a.time) === nsOfTimeText(b.time) &&
    a.tree === b.tree &&
    a.hostname === b.hostname &&
    a.username === b.username &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    sameSet(a.paths, b.paths) &&
    sameSet(a.tags, b.tags) &&
    a.excludes.length === b.excludes.length &&
    a.excludes.every((exclude, at) => exclude === b.excludes[at])
  );
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && b.every((one) => a.includes(one));
}
