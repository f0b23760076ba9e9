/** What the threads of a copy are given and answer. Plain data. */

import type { AnyReason } from "../../base/reason-codes.ts";
export interface OpenerData {
  /** 64 bytes, of the repository that is read; see masterKeyOf. */
  readonly masterKey: Uint8Array;
  readonly payloads: PayloadForm;
}

/**
 * What becomes of a blob: `plain` for format version 1, which knows no compression; `as-it-is` where it may stay as it was stored, but trees
 * are compressed, as version 2 wants them; `compressed` where it comes from version 1.
 */
export type PayloadForm = "plain" | "as-it-is" | "compressed";

export interface OpenBlobsTask {
  /** A stretch of a pack, in memory that threads share. What is opened is written over it. */
  readonly bytes: Uint8Array;
  /** Row by row: where each blob lies in `bytes`, and what the index says of it. */
  readonly ids: Uint8Array;
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  readonly uncompressedLengths: Uint32Array;
  /** 0 data, 1 tree. */
  readonly types: Uint8Array;
}

export interface OpenBlobsResult {
  /** Row by row: how long what is to be stored is, and its length before compression, 0 where it is not compressed. */
  readonly payloadBytes: Uint32Array;
  readonly uncompressedLengths: Uint32Array;
  /** Rows whose payload did not fit where the blob lay. All others begin where the blob did. */
  readonly elsewhere: ReadonlyMap<number, Uint8Array>;
  /** Rows of blobs that are not what the index says, and why. */
  readonly damages: ReadonlyMap<number, AnyReason>;
}
