/** Hash, claim, compress, seal: one piece after the other, for all destinations at once. Runs in a worker. */
import { hash } from "node:crypto";
import { MiB } from "../../base/limits.ts";
import { compressedRoom, type PieceCompressor, pieceCompressor } from "../../host/zstd.ts";
import type { PackFiller } from "../packs/pack-filler.ts";
import type { KnownBlobs } from "./known-blobs.ts";

export interface StorerTarget {
  readonly filler: PackFiller;
  readonly compresses: boolean;
}

/** A frame must be at least 1/64 shorter than the piece: else the piece is stored as it is and opens faster. */
function worthwhile(bytes: number): number {
  return bytes - (bytes >> 6);
}

export class PieceStorer {
  known: KnownBlobs;
  readonly #targets: readonly StorerTarget[];
  readonly #compressor: PieceCompressor = pieceCompressor();
  readonly #words = new Int32Array(8);
  readonly #id = Buffer.from(this.#words.buffer);
  #frame = Buffer.allocUnsafeSlow(compressedRoom(MiB));

  constructor(targets: readonly StorerTarget[], known: KnownBlobs) {
    this.#targets = targets;
    this.known = known;
  }

  /**
   * Stores a piece where it is missing among the destinations of `wanted` (bits) and writes its id to `ids` at `at`. Behind the piece
   * lie at least 15 more bytes of the same memory.
   */
  store(piece: Buffer, wanted: number, ids: Uint8Array, at: number): void {
    hash("sha256", piece, "buffer").copy(this.#id);
    ids.set(this.#id, at);
    const missing = this.known.claim(this.#words, 0, 0, wanted);
    if (missing === 0) return;
    let frameBytes = -1;
    for (let target = 0; target < this.#targets.length; target++) {
      if ((missing & (1 << target)) === 0) continue;
      const { filler, compresses } = this.#targets[target] as StorerTarget;
      if (compresses && frameBytes < 0) frameBytes = this.#compress(piece);
      const compressed = compresses && frameBytes > 0;
      filler.add({
        type: "data",
        id: this.#id,
        payload: compressed ? this.#frame : withRoom(piece),
        payloadBytes: compressed ? frameBytes : piece.length,
        uncompressedLength: compressed ? piece.length : 0,
      });
    }
  }

  /** The frame's length, or 0 where the piece is better stored as it is. */
  #compress(piece: Buffer): number {
    const room = compressedRoom(piece.length);
    if (this.#frame.length < room) this.#frame = Buffer.allocUnsafeSlow(room);
    const bytes = this.#compressor.compress(piece, this.#frame);
    return bytes <= worthwhile(piece.length) ? bytes : 0;
  }
}

/** The piece with the bytes behind it up to a multiple of 16. */
function withRoom(piece: Buffer): Uint8Array {
  return new Uint8Array(piece.buffer, piece.byteOffset, Math.ceil(piece.length / 16) * 16);
}
