/** Reads the snapshots of a repository. */

import { isObhutError, type ObhutError } from "../base/errors.ts";
import type { Finding } from "../base/finding-codes.ts";
import { finding } from "../base/finding-codes.ts";
import { parseId, type SnapshotId, shortId } from "../base/ids.ts";
import type { AnyReason } from "../base/reason-codes.ts";
import { concernsOneFile } from "./concerns-one-file.ts";
import { failureReason } from "./failure-reason.ts";
import { decodeSnapshot, type Snapshot } from "./format/snapshot-file.ts";
import { nsOfTimeText } from "./format/time-text.ts";
import { loadSealed } from "./object-file.ts";
import type { Repository } from "./repository.ts";
import { objectName } from "./verified-file.ts";

export interface StoredSnapshot extends Snapshot {
  readonly id: SnapshotId;
}

/** What names a snapshot, and what rules about keeping it look at. */
export type SnapshotLabel = Pick<StoredSnapshot, "id" | "time" | "hostname" | "tags" | "paths" | "programVersion">;

export interface FailedSnapshot {
  readonly id: SnapshotId;
  readonly error: ObhutError;
}

export interface LoadedSnapshots {
  /** Oldest first. */
  readonly snapshots: readonly StoredSnapshot[];
  /** Files that are no snapshots any more; the others are there nevertheless. */
  readonly damaged: readonly FailedSnapshot[];
  /** Files that could not be read: they may be whole, so nothing is ever given up or removed for them. */
  readonly unreadable: readonly FailedSnapshot[];
  /** One for each of both. */
  readonly findings: readonly Finding[];
}

/**
 * All snapshots. One that is removed meanwhile is left out, and one that fails keeps nobody from the others; it rejects where the place
 * itself fails.
 */
export async function loadSnapshots(repo: Repository, signal?: AbortSignal): Promise<LoadedSnapshots> {
  const waiting: SnapshotId[] = [];
  for await (const { name } of repo.storage.list("snapshots", signal)) {
    const id = parseId<SnapshotId>(name);
    if (id !== undefined) waiting.push(id);
  }
  const snapshots: StoredSnapshot[] = [];
  const damaged: FailedSnapshot[] = [];
  const unreadable: FailedSnapshot[] = [];
  const load = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      try {
        snapshots.push(await loadSnapshot(repo, id, signal));
      } catch (error) {
        if (isObhutError(error, "STORAGE_FILE_MISSING")) continue;
        if (signal?.aborted) throw error;
        if (isObhutError(error, "OBJECT_DAMAGED")) damaged.push({ id, error });
        else if (concernsOneFile(error)) unreadable.push({ id, error });
        else throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: repo.storage.connections }, load));
  const findings = [
    ...damaged.map((one) => finding("SNAPSHOT_DAMAGED", namedFailure(one))),
    ...unreadable.map((one) => finding("SNAPSHOT_UNREADABLE", namedFailure(one))),
  ];
  return { snapshots: sortedByTime(snapshots), damaged, unreadable, findings };
}

/** The values that findings and errors name such a snapshot with. */
export function namedFailure({ id, error }: FailedSnapshot): { readonly snapshot: string; readonly reason: AnyReason } {
  return { snapshot: shortId(id), reason: failureReason(error) };
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
