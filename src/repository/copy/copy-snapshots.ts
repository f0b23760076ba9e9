/**
 * Brings snapshots into another repository: blobs first, then their index, then the snapshots, again and again, so that what ends early leaves
 * whole snapshots behind. Source of what a copied snapshot says: restic's cmd/restic/cmd_copy.go, copySaveSnapshot.
 */
import { type Finding, finding } from "../../base/finding-codes.ts";
import { type SnapshotId, shortId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import { encodeSnapshot, type Snapshot } from "../format/snapshot-file.ts";
import { saveSealed } from "../object-file.ts";
import { BlobWriter } from "../packs/blob-writer.ts";
import type { IndexedRepository, Repository } from "../repository.ts";
import type { StoredSnapshot } from "../snapshots.ts";
import { copyBlobs, openingThreads } from "./copy-blobs.ts";
import type { CopyPlan, PlannedSnapshot } from "./copy-plan.ts";

export interface CopiedSnapshot {
  readonly source: StoredSnapshot;
  readonly id: SnapshotId;
}

export interface CopySnapshotsOptions {
  readonly from: IndexedRepository;
  readonly to: Repository;
  readonly plan: CopyPlan;
  readonly onFinding: (found: Finding) => void;
  /** Told once the snapshot is durable. */
  readonly onCopied?: (copied: CopiedSnapshot) => void;
  /** Bytes read of what is planned, and bytes that were stored. */
  readonly onProgress?: (bytesRead: number, bytesStored: number) => void;
  readonly signal?: AbortSignal;
  /** Snapshots are stored each time this much was copied for them. Default `limits.copyBatchBytes`. */
  readonly batchBytes?: number;
}

export interface CopyResult {
  readonly copied: readonly CopiedSnapshot[];
  /** Snapshots that need what is lost. */
  readonly notCopied: number;
  readonly bytesStored: number;
}

export async function copySnapshots(options: CopySnapshotsOptions): Promise<CopyResult> {
  const { from, to, plan, signal, onFinding, onProgress } = options;
  await using pool = openingThreads(from, to);
  const copied: CopiedSnapshot[] = [];
  let [bytesRead, bytesStored, notCopied] = [0, 0, 0];
  const tell = (): void => onProgress?.(bytesRead, bytesStored);
  for (const batch of batchesOf(plan.snapshots, options.batchBytes ?? limits.copyBatchBytes)) {
    const writer = new BlobWriter(to, {
      ...(signal === undefined ? {} : { signal }),
      indexes: "save",
      onPack: (bytes) => {
        bytesStored += bytes;
        tell();
      },
    });
    const rows = { from: batch[0]?.rows.from ?? 0, to: batch.at(-1)?.rows.to ?? 0 };
    const onRead = (bytes: number): void => {
      bytesRead += bytes;
      tell();
    };
    const findings = await copyBlobs(rows, { ...options, ...plan, writer, pool, onRead });
    await writer.finish();
    for (const found of findings) onFinding(found);
    for (const { snapshot } of batch) {
      signal?.throwIfAborted();
      if (await plan.lost.areNeededBy(snapshot.tree, signal)) {
        notCopied++;
        onFinding(finding("SNAPSHOT_NOT_COPIED", { snapshot: shortId(snapshot.id), location: to.storage.location }));
        continue;
      }
      const done = { source: snapshot, id: await saveCopy(to, snapshot, signal) };
      copied.push(done);
      options.onCopied?.(done);
    }
  }
  return { copied, notCopied, bytesStored };
}

/** Snapshots that are stored together, once this much was copied for them. */
function* batchesOf(snapshots: readonly PlannedSnapshot[], batchBytes: number): Generator<readonly PlannedSnapshot[]> {
  let batch: PlannedSnapshot[] = [];
  let bytes = 0;
  for (const planned of snapshots) {
    batch.push(planned);
    bytes += planned.sealedBytes;
    if (bytes < batchBytes) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

/** The parent means nothing there; `original` is what tells a second copy that this one is there. */
async function saveCopy(to: Repository, source: StoredSnapshot, signal?: AbortSignal): Promise<SnapshotId> {
  const { id, parent: _, ...kept } = source;
  const snapshot: Snapshot = { ...kept, original: source.original ?? id };
  return await saveSealed<SnapshotId>(to, "snapshots", encodeSnapshot(snapshot), signal);
}
