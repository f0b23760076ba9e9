/** What blobs take in a repository. As restic counts it (cmd/restic/cmd_stats.go, raw-data): sealed, each once. */
import type { BlobLocation } from "../blob-index.ts";
import { sealBytes } from "../format/crypto.ts";

export interface CompressionFigures {
  /** What all blobs would take uncompressed. */
  readonly uncompressedBytes: number;
  /** How many times larger the compressed ones would be; absent where none is compressed. */
  readonly ratio?: number;
  /** Percent of the bytes that are compressed. */
  readonly progress: number;
  /** Percent that compression saves. */
  readonly saving: number;
}

export class StoredSize {
  blobs = 0;
  bytes = 0;
  #uncompressed = 0;
  #compressed = 0;
  #compressedBefore = 0;

  add({ length, uncompressedLength }: BlobLocation): void {
    this.blobs += 1;
    this.bytes += length;
    this.#uncompressed += uncompressedLength === 0 ? length : uncompressedLength + sealBytes;
    if (uncompressedLength === 0) return;
    this.#compressed += length;
    this.#compressedBefore += uncompressedLength + sealBytes;
  }

  /** Undefined where the format knows no compression (version 1), or there is nothing. */
  compression(version: number): CompressionFigures | undefined {
    if (version < 2 || this.#uncompressed === 0) return undefined;
    return {
      uncompressedBytes: this.#uncompressed,
      ...(this.#compressed === 0 ? {} : { ratio: this.#compressedBefore / this.#compressed }),
      progress: (this.#compressedBefore / this.#uncompressed) * 100,
      saving: (1 - this.bytes / this.#uncompressed) * 100,
    };
  }
}
