/** What the main thread and the reading threads say to each other. Plain data. */

import type { SourceContent } from "../source-entry.ts";
import type { KnownBlobsMemory } from "./known-blobs.ts";

/** One destination, as a worker needs to know it. Its number is its place in the list, and its bit. */
export interface WorkerTarget {
  /** The 64 bytes of its master key. */
  readonly masterKey: Uint8Array;
  /** 16 random bytes, others for each worker. */
  readonly nonceStart: Uint8Array;
  /** Format version 2 and later. */
  readonly compresses: boolean;
}

export interface ReaderData {
  readonly targets: readonly WorkerTarget[];
  readonly known: KnownBlobsMemory;
  /** Packs are counted, not passed on. */
  readonly dryRun: boolean;
  /** Packs of this worker that may wait to be saved. */
  readonly packsAtOnce: number;
}

export interface ReadJob {
  readonly content: SourceContent;
  readonly offset: number;
  readonly length: number;
  readonly pieceBytes: number;
}

export type ReadTask =
  /** `targets`: bits of the destinations that still take part. */
  | { readonly kind: "read"; readonly jobs: readonly ReadJob[]; readonly targets: number }
  /** Close the packs that are not full. */
  | { readonly kind: "flush" };

/** What tells whether a file was changed or replaced. */
export interface FileStamp {
  readonly inode: bigint;
  readonly deviceId: bigint;
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

export type JobResult =
  | {
      readonly kind: "read";
      /** Ids of the pieces, in order. */
      readonly ids: Uint8Array;
      /** Bytes read: fewer than asked for where the file ended before. */
      readonly bytes: number;
      /** The file as it was opened, and as it was after the last byte; absent for bytes in memory. */
      readonly stamps?: readonly [before: FileStamp, after: FileStamp];
    }
  | { readonly kind: "failed"; readonly code: string | undefined; readonly message: string };

/** One result for each job, in order; none for a flush. */
export type ReadResult = readonly JobResult[];

export type TellReader =
  /** A pack's memory, to be used again. */
  | { readonly kind: "buffer"; readonly buffer: SharedArrayBuffer }
  /** The table has grown. */
  | { readonly kind: "known"; readonly known: KnownBlobsMemory };
