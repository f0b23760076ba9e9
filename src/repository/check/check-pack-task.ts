/** What the checking threads are given and answer. Plain data. */

import type { PackId } from "../../base/ids.ts";
import type { AnyReason } from "../../base/reason-codes.ts";

export interface CheckerData {
  /** 64 bytes; see masterKeyOf. */
  readonly masterKey: Uint8Array;
}

export interface CheckPackTask {
  readonly pack: PackId;
  readonly bytes: Uint8Array;
  /** What the index says, row by row; absent for a pack that is in none. */
  readonly expected?: ExpectedBlobs;
}

export interface ExpectedBlobs {
  readonly ids: Uint8Array;
  /** 0 data, 1 tree. */
  readonly types: Uint8Array;
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  readonly uncompressedLengths: Uint32Array;
}

export interface CheckPackResult {
  /** What is wrong, in the order found; empty for a sound pack. */
  readonly damages: readonly AnyReason[];
  /** Where the pack is sound and the index says other things of it: what differs. */
  readonly indexWrong?: AnyReason;
  /** Ids of the blobs that cannot be had from it, 64 digits each. */
  readonly lostBlobs: readonly string[];
}
