/**
 * Files that hold one JSON document: config, index, snapshot, lock. Sealed; from format version 2 on compressed, all but the
 * config. Source: restic's doc/design.rst, "Unpacked Data Format".
 */

import { reasonOf } from "../../base/errors.ts";
import { MiB } from "../../base/limits.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import { compressDocument, zstdDecompress } from "../../host/zstd.ts";
import type { Sealer } from "./crypto.ts";
import { damaged } from "./damaged.ts";

/** First byte of a document that is compressed; JSON begins with `{` or `[`. */
const compressedMark = 2;

/** No index, snapshot or lock is larger than this; what claims to be was made to exhaust memory. */
const maxPlainBytes = 512 * MiB;

/** The document's JSON. `what` names the file in OBJECT_DAMAGED. */
export function openUnpacked(sealed: Uint8Array, sealer: Sealer, what: AnyReason): Buffer {
  const plain = sealer.open(sealed, what);
  const first = plain[0];
  if (first === 0x7b || first === 0x5b) return plain;
  if (first === undefined) throw damaged(what, reason("emptyContent", {}));
  if (first !== compressedMark) throw damaged(what, reason("firstByte", { byte: first }));
  try {
    return zstdDecompress(plain.subarray(1), maxPlainBytes);
  } catch (error) {
    throw damaged(what, reason("notUnpacked", { message: reasonOf(error) }), error);
  }
}

/** The file's bytes. The config is never compressed: pass version 1 for it. */
export async function sealUnpacked(
  json: Uint8Array,
  version: number,
  sealer: Sealer,
  nonce: Uint8Array,
): Promise<Buffer> {
  if (version < 2) return sealer.seal(json, nonce);
  const compressed = await compressDocument(json);
  const plain = Buffer.allocUnsafe(1 + compressed.length);
  plain[0] = compressedMark;
  compressed.copy(plain, 1);
  return sealer.seal(plain, nonce);
}
