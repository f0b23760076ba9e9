/** Counts what a backup does, as restic's summary has it, and tells progress. */
import type { BytePath } from "../../base/byte-path.ts";
import type { BlobId } from "../../base/ids.ts";
import type { SnapshotSummary } from "../format/snapshot-file.ts";
import { timeTextOfMs } from "../format/time-text.ts";
import type { BackupOptions } from "./backup-options.ts";
import type { Destination } from "./destination.ts";

/** Beside the same thing in the parent. */
export type Change = "new" | "changed" | "unmodified";

type Tally = Record<Change, number>;

export class BackupCounts {
  /** For each destination: its parent may be another one. */
  readonly files: Tally[];
  readonly folders: Tally[];
  filesDone = 0;
  /** Bytes of all files that were counted. */
  totalBytes = 0;
  /** For progress: grows while a file is still being read. */
  #bytesDone = 0;
  readonly #options: BackupOptions;
  readonly #destinations: readonly Destination[];
  #current = "" as BytePath;

  constructor(options: BackupOptions, destinations: readonly Destination[]) {
    this.#options = options;
    this.#destinations = destinations;
    this.files = destinations.map(() => ({ new: 0, changed: 0, unmodified: 0 }));
    this.folders = destinations.map(() => ({ new: 0, changed: 0, unmodified: 0 }));
  }

  countFile(bytes: number, changes: readonly Change[]): void {
    this.filesDone++;
    this.totalBytes += bytes;
    for (const [i, change] of changes.entries()) {
      const tally = this.files[i];
      if (tally !== undefined) tally[change]++;
    }
    this.tell();
  }

  /** Some of a file's bytes are dealt with. */
  tellBytes(path: BytePath, bytes: number): void {
    this.#bytesDone += bytes;
    this.#current = path;
    this.tell();
  }

  /** `before`: its tree in that destination's parent. */
  countFolder(destination: number, tree: BlobId, before: BlobId | undefined): void {
    const tally = this.folders[destination];
    if (tally !== undefined) tally[before === undefined ? "new" : before === tree ? "unmodified" : "changed"]++;
  }

  tell(): void {
    const bytesStored = this.#destinations.reduce(
      (sum, { data, trees }) => sum + data.packedBytes + trees.packedBytes,
      0,
    );
    const { filesDone } = this;
    this.#options.onProgress?.({ filesDone, bytesDone: this.#bytesDone, bytesStored, current: this.#current });
  }
}

export function summaryOf(
  counts: BackupCounts,
  { number, data, trees }: Destination,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): SnapshotSummary {
  const none: Tally = { new: 0, changed: 0, unmodified: 0 };
  const files = counts.files[number] ?? none;
  const folders = counts.folders[number] ?? none;
  return {
    backup_start: timeTextOfMs(startMs),
    backup_end: timeTextOfMs(endMs),
    files_new: files.new,
    files_changed: files.changed,
    files_unmodified: files.unmodified,
    dirs_new: folders.new,
    dirs_changed: folders.changed,
    dirs_unmodified: folders.unmodified,
    data_blobs: data.blobs,
    tree_blobs: trees.blobs,
    data_added: data.plainBytes + trees.plainBytes,
    data_added_packed: data.packedBytes + trees.packedBytes,
    total_files_processed: counts.filesDone,
    total_bytes_processed: counts.totalBytes,
  };
}
