/**
 * Zstandard. One-shot functions for documents, and a codec that is kept for thousands of small pieces
 * (docs/decisions/0201-zstd-through-zlibs-handle.md).
 */
import { promisify } from "node:util";
import {
  constants,
  createZstdCompress,
  createZstdDecompress,
  type ZstdOptions,
  zstdCompress as zstdCompressAside,
  zstdCompressSync,
  zstdDecompressSync,
} from "node:zlib";
import { KiB, MiB } from "../base/limits.ts";
import { contentBytes, smallContent } from "./small-frame.ts";
import { compressesWhole, decompressesWhole, openHandle } from "./zstd-handle.ts";

const documentLevel = 3;
/** What takes longer to compress than to pass to another thread. */
const worthAsideBytes = 256 * KiB;
const aside = promisify<Uint8Array, ZstdOptions, Buffer>(zstdCompressAside);
const pieceLevel = 1;
/** Pieces up to this size share tables that fit the processor's cache. */
const smallPieceBytes = 16 * KiB;
/** An index file is a tenth of this. */
const mostBelievedBytes = 64 * MiB;

/** A document's frame; it names its content's size. */
export function zstdCompress(plain: Uint8Array): Buffer {
  return zstdCompressSync(plain, documentOptions(plain));
}

/** The same frame, made on another thread where it takes a while: several documents at once take the time of one. */
export async function compressDocument(plain: Uint8Array): Promise<Buffer> {
  return plain.length < worthAsideBytes ? zstdCompress(plain) : await aside(plain, documentOptions(plain));
}

function documentOptions({ length }: Uint8Array): ZstdOptions {
  return { params: { [constants.ZSTD_c_compressionLevel]: documentLevel }, pledgedSrcSize: length };
}

/** The content of one or more whole frames. Throws where they are malformed, cut off, or longer than `maxBytes`. */
export function zstdDecompress(bytes: Uint8Array, maxBytes: number): Buffer {
  const maxOutputLength = Math.max(1, maxBytes);
  return smallContent(bytes, maxBytes) ?? zstdDecompressSync(bytes, { maxOutputLength, chunkSize: roomFor(bytes) });
}

/** One piece of memory for what the frame says it holds, instead of many small ones that are then joined. A claim is only believed so far. */
function roomFor(frame: Uint8Array): number {
  return Math.min(Math.max(contentBytes(frame) ?? 0, 64 * KiB), mostBelievedBytes) + 1;
}

/** Compresses pieces, one after the other. One belongs to one thread. */
export interface PieceCompressor {
  /** Writes a frame to the start of `out`, which has room for `compressedRoom` bytes; the frame's length. */
  compress(plain: Uint8Array, out: Uint8Array): number;
}

/** What a frame may need at most (ZSTD_compressBound): with less, zstd goes through buffers of its own, and takes longer. */
export function compressedRoom(plainBytes: number): number {
  return plainBytes + Math.ceil(plainBytes / 256) + 128;
}

export interface PieceDecompressor {
  /**
   * The content of a frame. Throws where it is malformed, cut off, or longer than `maxBytes`. The result is valid until the next
   * call; where `room` has more than `maxBytes`, it may lie at the beginning of that, and what follows there may be overwritten.
   */
  decompress(frame: Uint8Array, maxBytes: number, room?: Uint8Array): Uint8Array;
}

export function pieceCompressor(): PieceCompressor {
  const small = openHandle(() => createZstdCompress({ params: smallPieceParams }));
  const large = openHandle(() => createZstdCompress({ params: largePieceParams }));
  if (small === undefined || large === undefined || !compressesWhole(small)) return publicCompressor;
  return {
    compress(plain, out) {
      const stream = plain.length <= smallPieceBytes ? small : large;
      const { taken, made } = stream.run(plain, out);
      if (taken < plain.length || made === out.length) throw new RangeError("no room for what zstd made");
      return made;
    },
  };
}

export function pieceDecompressor(): PieceDecompressor {
  const stream = openHandle(() => createZstdDecompress());
  if (stream === undefined || !decompressesWhole(stream)) return { decompress: zstdDecompress };
  let out = Buffer.allocUnsafeSlow(64 * KiB);
  return {
    decompress(frame, maxBytes, room) {
      const hasRoom = room !== undefined && room.length > maxBytes;
      if (!hasRoom && out.length <= maxBytes) out = Buffer.allocUnsafeSlow(maxBytes + 1);
      const content = (hasRoom ? room : out).subarray(0, maxBytes + 1);
      const { made } = stream.run(frame, content);
      if (made > maxBytes) throw new RangeError(`the compressed data holds more than ${maxBytes} bytes`);
      return content.subarray(0, made);
    },
  };
}

const smallPieceParams = {
  [constants.ZSTD_c_compressionLevel]: pieceLevel,
  [constants.ZSTD_c_windowLog]: 14,
  [constants.ZSTD_c_hashLog]: 13,
  // a quarter faster than the level's own 5, for 4 % more bytes
  [constants.ZSTD_c_minMatch]: 7,
};
const largePieceParams = { [constants.ZSTD_c_compressionLevel]: pieceLevel };

const publicCompressor: PieceCompressor = {
  compress(plain, out) {
    const frame = zstdCompressSync(plain, { params: largePieceParams, pledgedSrcSize: plain.length });
    out.set(frame);
    return frame.length;
  },
};
