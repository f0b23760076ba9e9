/**
 * A pack file: sealed blobs one after the other, a sealed header that lists them, the header's length (4 bytes, little
 * endian). Source: restic's doc/design.rst, "Pack Format"; limits as in restic's internal/repository/pack.
 */

import { type BlobId, type PackId, shortId } from "../../base/ids.ts";
import { MiB } from "../../base/limits.ts";
import { reason } from "../../base/reason-codes.ts";
import type { PackedBlob } from "./blob.ts";
import { type Sealer, sealBytes } from "./crypto.ts";
import { damaged } from "./damaged.ts";
import { idBytes } from "./hex.ts";

const plainEntryBytes = 37;
const compressedEntryBytes = 41;
const headerLengthBytes = 4;
const maxHeaderBytes = 16 * MiB;

/** The most blobs one pack may list, so that its header stays within restic's limit. */
export const packMaxBlobs = Math.floor((maxHeaderBytes - sealBytes) / compressedEntryBytes);

/** Bytes at a pack's end that hold the whole header of most packs: one request instead of two. */
export const packTailGuessBytes = 64 * 1024;

/**
 * A pack's header before it is sealed: an entry for each blob, in the order of the blobs. The most compact form of what an
 * index says of a pack, so it is kept and passed on as it is.
 */
export type PackHeader = Uint8Array;

/** What a blob adds to its pack's header, at most. */
export const headerEntryMaxBytes = compressedEntryBytes;

/** What a blob adds to its pack's header. */
export function headerEntryBytes(uncompressedLength: number): number {
  return uncompressedLength === 0 ? plainEntryBytes : compressedEntryBytes;
}

/** The size of a pack of these blobs, header included. */
export function packBytes(blobs: Iterable<PackedBlob>): number {
  let bytes = sealBytes + headerLengthBytes;
  for (const blob of blobs) bytes += blob.length + headerEntryBytes(blob.uncompressedLength);
  return bytes;
}

/** How much longer than its header a pack's tail is. */
export const packTailOverheadBytes = sealBytes + headerLengthBytes;

/** Writes one entry at `at`; the id lies at `idAt` of `ids`. Returns the offset behind the entry. */
export function writeHeaderEntry(
  header: Buffer,
  at: number,
  entry: Pick<PackedBlob, "type" | "length" | "uncompressedLength"> & { readonly id: Uint8Array },
): number {
  const compressed = entry.uncompressedLength !== 0;
  header[at] = (entry.type === "tree" ? 1 : 0) + (compressed ? 2 : 0);
  header.writeUInt32LE(entry.length, at + 1);
  if (compressed) header.writeUInt32LE(entry.uncompressedLength, at + 5);
  const idAt = at + (compressed ? 9 : 5);
  header.set(entry.id, idAt);
  return idAt + idBytes;
}

/** The header of a pack of these blobs, in the order they lie in it. */
export function encodePackHeader(blobs: readonly PackedBlob[]): PackHeader {
  const header = Buffer.allocUnsafe(blobs.reduce((sum, blob) => sum + headerEntryBytes(blob.uncompressedLength), 0));
  let at = 0;
  for (const blob of blobs) at = writeHeaderEntry(header, at, { ...blob, id: Buffer.from(blob.id, "hex") });
  return header;
}

/** The sealed header and its length: what follows the last blob. */
export function sealPackTail(header: PackHeader, sealer: Sealer, nonce: Uint8Array): Buffer {
  const tail = Buffer.allocUnsafeSlow(header.length + packTailOverheadBytes);
  sealer.sealInto(tail, 0, header, nonce);
  tail.writeUInt32LE(header.length + sealBytes, header.length + sealBytes);
  return tail;
}

/**
 * How many bytes at the pack's end hold header and length. `tail`: the last bytes of the pack, at least 4.
 * OBJECT_DAMAGED where the length cannot be.
 */
export function packTailBytes(tail: Uint8Array, packSizeBytes: number, pack: PackId): number {
  if (tail.length < headerLengthBytes) throw damaged(reason("objectPack", { id: pack }), reason("packShort", {}));
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length);
  const headerBytes = view.getUint32(tail.length - headerLengthBytes, true);
  const tailBytes = headerBytes + headerLengthBytes;
  if (headerBytes < sealBytes + plainEntryBytes || headerBytes > maxHeaderBytes || tailBytes > packSizeBytes) {
    throw damaged(
      reason("objectPack", { id: pack }),
      reason("packHeaderLength", { headerBytes, packBytes: packSizeBytes }),
    );
  }
  return tailBytes;
}

/** The header of a pack. `tail`: exactly the bytes that `packTailBytes` told. Its blobs are proven to fill the pack. */
export function openPackTail(tail: Uint8Array, packSizeBytes: number, sealer: Sealer, pack: PackId): PackHeader {
  const header = sealer.open(
    tail.subarray(0, tail.length - headerLengthBytes),
    reason("objectPackHeader", { id: pack }),
  );
  let bytes = tail.length;
  for (const blob of headerBlobs(header, pack)) bytes += blob.length;
  if (bytes === packSizeBytes) return header;
  throw damaged(reason("objectPack", { id: pack }), reason("packSum", { bytes, packBytes: packSizeBytes }));
}

/** The blobs that a header lists. OBJECT_DAMAGED where an entry is malformed. */
export function* headerBlobs(header: PackHeader, pack: PackId): Generator<PackedBlob, void> {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.length);
  let offset = 0;
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at] ?? 255;
    const compressed = kind >= 2;
    const end = at + (compressed ? compressedEntryBytes : plainEntryBytes);
    if (kind > 3 || end > bytes.length)
      throw damaged(reason("objectPack", { id: pack }), reason("packHeaderEntry", { offset: at }));
    const id = bytes.toString("hex", end - idBytes, end) as BlobId;
    const length = bytes.readUInt32LE(at + 1);
    if (length < sealBytes)
      throw damaged(
        reason("objectPack", { id: pack }),
        reason("ofBlob", { blob: shortId(id), reason: reason("blobClaims", { bytes: length }) }),
      );
    const uncompressedLength = compressed ? bytes.readUInt32LE(at + 5) : 0;
    yield { id, type: kind % 2 === 0 ? "data" : "tree", offset, length, uncompressedLength };
    offset += length;
    at = end;
  }
}
