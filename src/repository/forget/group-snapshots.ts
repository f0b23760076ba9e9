/** Snapshots that one policy is applied to together. Source: restic's internal/data/snapshot_group.go. */
import type { SnapshotLabel } from "../snapshots.ts";

export const groupings = ["host", "paths", "tags"] as const;
export type Grouping = (typeof groupings)[number];

/** What all snapshots of a group have in common; absent: they need not. */
export interface GroupKey {
  /** Name of the instance. */
  readonly host?: string;
  readonly paths?: readonly string[];
  readonly tags?: readonly string[];
}

export interface SnapshotGroup {
  readonly key: GroupKey;
  readonly snapshots: readonly SnapshotLabel[];
}

/** In the order of their keys, whatever order the snapshots come in. Without a grouping all are one group. */
export function groupSnapshots(snapshots: readonly SnapshotLabel[], by: ReadonlySet<Grouping>): SnapshotGroup[] {
  const groups = new Map<string, { key: GroupKey; snapshots: SnapshotLabel[] }>();
  for (const snapshot of snapshots) {
    const key = keyOf(snapshot, by);
    const name = JSON.stringify([key.host, key.paths, key.tags]);
    const group = groups.get(name) ?? { key, snapshots: [] };
    groups.set(name, group);
    group.snapshots.push(snapshot);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function keyOf({ hostname, paths, tags }: SnapshotLabel, by: ReadonlySet<Grouping>): GroupKey {
  return {
    ...(by.has("host") ? { host: hostname } : {}),
    ...(by.has("paths") ? { paths: [...paths].sort() } : {}),
    ...(by.has("tags") ? { tags: [...tags].sort() } : {}),
  };
}

/** `host chat, paths /open-webui`: for messages. */
export function groupText({ host, paths = [], tags = [] }: GroupKey): string {
  return [...(host ? [host] : []), ...paths, ...tags.map((tag) => `#${tag}`)].join(", ");
}
