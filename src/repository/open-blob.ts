/** A sealed blob to its plaintext: decrypt, decompress, hash. */

import { hash } from "node:crypto";
import { reasonOf } from "../base/errors.ts";
import { type BlobId, shortId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { type AnyReason, reason } from "../base/reason-codes.ts";
import { freeMemory } from "../host/free-memory.ts";
import { zstdDecompress } from "../host/zstd.ts";
import { type Sealer, sealBytes } from "./format/crypto.ts";
import { damaged } from "./format/damaged.ts";

export interface ExpectedBlob {
  readonly id: BlobId;
  /** As the index has it: 0 where the blob is stored uncompressed. */
  readonly uncompressedLength: number;
}

/** OBJECT_DAMAGED, saying where it went wrong, where the plaintext is not what the id says. */
export function openBlob(sealer: Sealer, sealed: Uint8Array, { id, uncompressedLength }: ExpectedBlob): Buffer {
  const what = reason("objectBlob", { id: shortId(id) });
  const opened = sealer.open(sealed, what);
  const plain = uncompressedLength === 0 ? opened : decompress(opened, uncompressedLength, what);
  if (plain !== opened) freeMemory(opened);
  const actual = hash("sha256", plain, "hex");
  if (actual !== id) throw damaged(what, reason("contentHash", { hash: actual.slice(0, 8) }));
  return plain;
}

function decompress(bytes: Uint8Array, length: number, what: AnyReason): Buffer {
  if (length > limits.maxBlobBytes) throw damaged(what, reason("blobClaims", { bytes: length }));
  let plain: Buffer;
  try {
    plain = zstdDecompress(bytes, length);
  } catch (error) {
    throw damaged(what, reason("notUnpacked", { message: reasonOf(error) }), error);
  }
  if (plain.length !== length) throw damaged(what, reason("blobLength", { bytes: plain.length, expected: length }));
  return plain;
}

/** Bytes of a blob's plaintext, from what the index says. */
export function plainLength(place: { readonly length: number; readonly uncompressedLength: number }): number {
  return place.uncompressedLength === 0 ? place.length - sealBytes : place.uncompressedLength;
}
