/** What every layer says about one blob. Source: restic's doc/design.rst, "Pack Format". */
import type { BlobId } from "../../base/ids.ts";

export type BlobType = "data" | "tree";

/** Where a blob lies inside its pack. */
export interface PackedBlob {
  readonly id: BlobId;
  readonly type: BlobType;
  /** Offset of the sealed blob in the pack, bytes. */
  readonly offset: number;
  /** Length of the sealed blob, bytes: nonce, ciphertext, MAC. */
  readonly length: number;
  /** Plaintext bytes before compression; 0 where the blob is stored uncompressed (then they are `length - 32`). */
  readonly uncompressedLength: number;
}
