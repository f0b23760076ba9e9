/**
 * The snapshots that no age removes: of each instance the newest whose capture was complete. A week in which every backup failed, or
 * told of damage, must never make the last good copy go.
 */
import type { SnapshotId } from "../../base/ids.ts";
import type { StoredSnapshot } from "../snapshots.ts";

/** Which parts a snapshot holds completely; none where its capture was not complete. */
export type Coverage<Part> = (snapshot: StoredSnapshot) => Promise<ReadonlySet<Part>>;

export interface NewestComplete<Part> {
  /** One, or more where it takes several to have every part. */
  readonly snapshots: ReadonlySet<SnapshotId>;
  /** Empty where no snapshot is complete; then the newest stands in for it. */
  readonly parts: ReadonlySet<Part>;
}

/** `newestFirst`: all of one instance. Asks no further than until every part of `wanted` is found. */
export async function newestComplete<Part>(
  newestFirst: readonly StoredSnapshot[],
  wanted: readonly Part[],
  coverage: Coverage<Part>,
): Promise<NewestComplete<Part>> {
  const parts = new Set<Part>();
  const snapshots = new Set<SnapshotId>();
  for (const snapshot of newestFirst) {
    if (parts.size === wanted.length) break;
    for (const part of await coverage(snapshot)) {
      if (parts.has(part)) continue;
      parts.add(part);
      snapshots.add(snapshot.id);
    }
  }
  const [newest] = newestFirst;
  if (snapshots.size === 0 && newest !== undefined) snapshots.add(newest.id);
  return { snapshots, parts };
}
