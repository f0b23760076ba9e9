/** What the restoring threads are given and answer. Plain data. */

import type { BytePath } from "../../base/byte-path.ts";
import type { AnyReason } from "../../base/reason-codes.ts";

export interface RestorerData {
  /** 64 bytes; see masterKeyOf. */
  readonly masterKey: Uint8Array;
}

/** Pieces in columns; entry i of each belongs to piece i. */
export interface PieceColumns {
  readonly count: number;
  /** Ids of the blobs, 32 bytes each. */
  readonly ids: Uint8Array;
  /** Where the sealed blob begins in the task's bytes. */
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  readonly uncompressedLengths: Uint32Array;
  /** Index into the task's `files`. */
  readonly files: Uint32Array;
  /** Where in the file the plaintext goes. */
  readonly positions: Float64Array;
}

export interface OutputFile {
  /** Absolute path on this machine. */
  readonly path: BytePath;
  readonly sizeBytes: number;
  /** Made by this restore: what is not written reads as zeros, so zeros need not be written. */
  readonly fresh: boolean;
}

/** A file whose content is there: what it is to be in the end. */
export interface FinishedFile {
  readonly path: BytePath;
  readonly sizeBytes: number;
  /** 0 to 0o7777. */
  readonly mode: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Seconds since 1970-01-01 UTC. */
  readonly atime: number;
  readonly mtime: number;
}

/** A file on this machine, and pieces that should lie in it one behind the other. */
export interface ComparedRange {
  readonly path: BytePath;
  /** What the whole file should have. */
  readonly sizeBytes: number;
  /** Where the first piece begins. */
  readonly position: number;
  readonly ids: Uint8Array;
  readonly lengths: Uint32Array;
}

export type RestoreTask =
  /** Opens the blobs in `bytes` (a part of a pack) and writes each where it belongs. */
  | {
      readonly kind: "write";
      readonly bytes: Uint8Array;
      readonly pieces: PieceColumns;
      readonly files: readonly OutputFile[];
    }
  /** Sets owner, mode and times, makes what is asked for durable; makes the empty ones. */
  | { readonly kind: "finish"; readonly files: readonly FinishedFile[]; readonly durable: boolean }
  | { readonly kind: "compare"; readonly range: ComparedRange };

export type RestoreResult =
  | { readonly kind: "written"; readonly damages: readonly PieceDamage[]; readonly failures: readonly OutputFailure[] }
  | { readonly kind: "finished"; readonly failures: readonly FileFailure[]; readonly foreignOwners: number }
  /** Numbers of the range's pieces that differ, and whether the file has the size it should have. */
  | { readonly kind: "compared"; readonly different: Uint32Array; readonly sameSize: boolean };

/** A piece that the pack does not give. */
export interface PieceDamage {
  /** Its number in the task's columns. */
  readonly piece: number;
  readonly reason: AnyReason;
}

/** A file that could not be written. */
export interface OutputFailure {
  /** Index into the task's `files`. */
  readonly file: number;
  readonly reason: AnyReason;
}

export interface FileFailure {
  /** Index into the task's `files`. */
  readonly file: number;
  /** `content`: it is not durable. `metadata`: owner, mode or times. */
  readonly what: "content" | "metadata";
  readonly reason: AnyReason;
}
