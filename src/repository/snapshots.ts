/** Reads the snapshots of a repository. */

import { isObhutError } from "../base/errors.ts";
import type { Finding } from "../base/finding-codes.ts";
import { finding } from "../base/finding-codes.ts";
import { parseId, type SnapshotId, shortId } from "../base/ids.ts";
import { failureReason } from "./failure-reason.ts";
import { decodeSnapshot, type Snapshot } from "./format/snapshot-file.ts";
import { nsOfTimeText } from "./format/time-text.ts";
import { loadSealed, objectName } from "./object-file.ts";
import type { Repository } from "./repository.ts";

export interface StoredSnapshot extends Snapshot {
  readonly id: SnapshotId;
}

/** What names a snapshot, and what rules about keeping it look at. */
export type SnapshotLabel = Pick<StoredSnapshot, "id" | "time" | "hostname" | "tags" | "paths" | "programVersion">;

export interface DamagedSnapshot {
  readonly id: SnapshotId;
  readonly reason: string;
}

export interface LoadedSnapshots {
  /** Oldest first. */
  readonly snapshots: readonly StoredSnapshot[];
  /** Files that are no snapshots any more; the others are there nevertheless. */
  readonly damaged: readonly DamagedSnapshot[];
  /** One for each of them. */
  readonly findings: readonly Finding[];
}

/** All snapshots. One that is removed meanwhile is left out. */
export async function loadSnapshots(repo: Repository, signal?: AbortSignal): Promise<LoadedSnapshots> {
  const waiting: SnapshotId[] = [];
  for await (const { name } of repo.storage.list("snapshots", signal)) {
    const id = parseId<SnapshotId>(name);
    if (id !== undefined) waiting.push(id);
  }
  const snapshots: StoredSnapshot[] = [];
  const damaged: DamagedSnapshot[] = [];
  const load = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      try {
        snapshots.push(await loadSnapshot(repo, id, signal));
      } catch (error) {
        if (isObhutError(error, "STORAGE_FILE_MISSING")) continue;
        if (!isObhutError(error, "OBJECT_DAMAGED")) throw error;
        damaged.push({ id, reason: failureReason(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: repo.storage.connections }, load));
  const findings = damaged.map(({ id, reason }) => finding("SNAPSHOT_DAMAGED", { snapshot: shortId(id), reason }));
  return { snapshots: sortedByTime(snapshots), damaged, findings };
}

export async function loadSnapshot(repo: Repository, id: SnapshotId, signal?: AbortSignal): Promise<StoredSnapshot> {
  const json = await loadSealed(repo, "snapshots", id, signal);
  return { ...decodeSnapshot(json, objectName("snapshots", id)), id };
}

/** Oldest first. Each time is understood once: comparing ten thousand takes a quarter of a million looks at them. */
function sortedByTime(snapshots: readonly StoredSnapshot[]): StoredSnapshot[] {
  const timed = snapshots.map((snapshot) => ({ snapshot, ns: nsOfTimeText(snapshot.time) }));
  timed.sort((a, b) => (a.ns === b.ns ? (a.snapshot.id < b.snapshot.id ? -1 : 1) : a.ns < b.ns ? -1 : 1));
  return timed.map(({ snapshot }) => snapshot);
}
