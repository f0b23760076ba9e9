/** One plain copy that is being made: entries in, in any order and several at once, then all of it whole at one moment. */
import type { BytePath } from "../../base/byte-path.ts";
import type { Manifest } from "../../capture/manifest.ts";
import type { SourceEntry } from "../../repository/source-entry.ts";
import type { CopyRecord } from "../copy/copy-record.ts";
import type { StagedFile } from "../staging/staged-file.ts";

export interface CopyCounts {
  readonly filesWritten: number;
  readonly bytesWritten: number;
  /** Not written again: they are as in the copy before. */
  readonly filesKept: number;
  readonly bytesKept: number;
}

export interface WrittenCopy {
  readonly record: CopyRecord;
  /** What the folder is called; empty for a mirror. */
  readonly name: string;
  readonly counts: CopyCounts;
  /** Copies, or files of a mirror, that had to go. */
  readonly removed: number;
  /** Paths that had to be written under other names, and one of them. */
  readonly renamed: number;
  readonly renamedExample: string | undefined;
  /** Files that could not be written, where the others were to be all the same. */
  readonly missed: readonly MissedFile[];
}

export interface MissedFile {
  readonly path: BytePath;
  readonly error: Error;
}

export interface CopyWriter {
  readonly location: string;
  /** How many entries may usefully be written at once. */
  readonly connections: number;
  readonly counts: CopyCounts;
  /** Whether a file's bytes have to be there for `write`. Changes nothing. */
  needs(entry: SourceEntry): boolean;
  /** `staged` belongs to the caller. Absent for what is no file, and where the bytes are not needed. Errors: the place's. */
  write(entry: SourceEntry, staged: StagedFile | undefined): Promise<void>;
  /** After the last entry: everything becomes durable, then whole in one step. Errors: the place's, COPY_BRAKE. */
  finish(manifest: Manifest): Promise<WrittenCopy>;
  /** Takes away what was written. What a crash leaves instead is taken away by the next run. */
  abandon(): Promise<void>;
}
