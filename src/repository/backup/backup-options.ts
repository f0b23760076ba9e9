/** What a backup is asked to do, and what it says at the end. */
import type { BytePath } from "../../base/byte-path.ts";
import type { Finding } from "../../base/finding-codes.ts";
import type { PackId, SnapshotId } from "../../base/ids.ts";
import type { SnapshotSummary } from "../format/snapshot-file.ts";
import type { IndexedRepository } from "../repository.ts";
import type { StoredSnapshot } from "../snapshots.ts";
import type { SourceEntry } from "../source-entry.ts";

/** One repository the snapshot goes to. The caller holds its lock, or is about to. */
export interface BackupTarget {
  readonly repository: IndexedRepository;
  /** What unchanged files are taken from; see `findParent`. */
  readonly parent?: StoredSnapshot;
  /** What `SourceEntry.state` was of the parent's files. */
  readonly parentStates?: ReadonlyMap<BytePath, string>;
  /** Size of each pack, as listed when the index was read; absent: they are listed. */
  readonly packs?: ReadonlyMap<PackId, number>;
  /** Nothing is written before it resolves; where it rejects, this destination fails with its error. Absent: the lock is held. */
  readonly mayWrite?: Promise<void>;
}

export interface BackupOptions {
  /** One to `limits.maxDestinations`; each entry is read once for all of them. */
  readonly targets: readonly BackupTarget[];
  /** In any order, each path once. Read no faster than it can be stored. */
  readonly entries: AsyncIterable<SourceEntry>;
  readonly hostname: string;
  readonly username: string;
  readonly uid: number;
  readonly gid: number;
  readonly tags: readonly string[];
  /** What the snapshot says was backed up: parents and retention groups go by it. */
  readonly paths: readonly string[];
  readonly excludes: readonly string[];
  readonly programVersion: string;
  /** The snapshot's time. */
  readonly timeMs: number;
  /** Nothing is written; the counts are as if it were. */
  readonly dryRun?: boolean;
  readonly onProgress?: (progress: BackupProgress) => void;
  readonly onFinding: (found: Finding) => void;
  readonly signal?: AbortSignal;
  /** Reading threads; default: one for each core. */
  readonly workers?: number;
}

export interface BackupProgress {
  readonly filesDone: number;
  /** Bytes of content dealt with, read or found unchanged. */
  readonly bytesDone: number;
  /** Bytes stored in all destinations. */
  readonly bytesStored: number;
  readonly current: BytePath;
}

export type TargetResult =
  | {
      readonly kind: "stored";
      readonly location: string;
      /** Absent in a dry run. */
      readonly snapshot?: SnapshotId;
      readonly summary: SnapshotSummary;
      /** Packs that a run before left without an index, whose blobs were used. */
      readonly adoptedPacks: number;
    }
  | { readonly kind: "failed"; readonly location: string; readonly error: Error };

export interface BackupResult {
  /** In the order of the options' targets; at least one is stored. */
  readonly targets: readonly TargetResult[];
}
