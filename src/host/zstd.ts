/**
 * Zstandard. One-shot functions for documents, and a codec that is kept for thousands of small pieces
 * (docs/decisions/0003-zstd-through-zlibs-handle.md).
 */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

const level = 3;

/** A document's frame; it names its content's size. */
export function zstdCompress(plain: Uint8Array): Buffer {
  return zstdCompressSync(plain, {
    params: { [constants.ZSTD_c_compressionLevel]: level },
    pledgedSrcSize: plain.length,
  });
}

/** The content of one or more whole frames. Throws where they are malformed, cut off, or longer than `maxBytes`. */
export function zstdDecompress(bytes: Uint8Array, maxBytes: number): Buffer {
  return zstdDecompressSync(bytes, { maxOutputLength: maxBytes });
}
