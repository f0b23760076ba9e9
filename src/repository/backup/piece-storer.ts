/**
 * Hash, claim, compress: one piece after the other, for all destinations at once. Then seals what was gathered for one destination after the
 * other. Runs in a worker.
 */
import { hash } from "node:crypto";
import { compressedRoom, type PieceCompressor, pieceCompressor } from "../../host/zstd.ts";
import type { PackFiller } from "../packs/pack-filler.ts";
import { oneTargetStageBytes, packStageBytes, StagedBlobs } from "../packs/staged-blobs.ts";
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
  /** Bits of the targets that compress, of those that don't. */
  readonly #forms: { readonly compressing: number; readonly plain: number };
  readonly #untilMemory: () => Promise<void>;
  readonly #compressor: PieceCompressor = pieceCompressor();
  readonly #words = new Int32Array(8);
  readonly #id = Buffer.from(this.#words.buffer);
  readonly #staged: StagedBlobs;

  /** `untilMemory`: waited for before a destination's packs are filled, so that there are never many of them. */
  constructor(targets: readonly StorerTarget[], known: KnownBlobs, untilMemory: () => Promise<void>) {
    this.#targets = targets;
    this.known = known;
    this.#untilMemory = untilMemory;
    const compressing = targets.reduce((bits, target, i) => (target.compresses ? bits | (1 << i) : bits), 0);
    this.#forms = { compressing, plain: ((1 << targets.length) - 1) & ~compressing };
    this.#staged = new StagedBlobs(targets.length > 1 ? packStageBytes : oneTargetStageBytes);
  }

  /** Whether a piece of this length may be stored before what was gathered is sealed. */
  hasRoomFor(bytes: number): boolean {
    const forms = this.#forms.compressing !== 0 && this.#forms.plain !== 0 ? 2 : 1;
    return this.#staged.hasRoomFor(forms * compressedRoom(bytes));
  }

  /**
   * Stores a piece where it is missing among the destinations of `wanted` (bits) and writes its id to `ids` at `at`: once it is sealed.
   * Only where there is room for it.
   */
  store(piece: Buffer, wanted: number, ids: Uint8Array, at: number): void {
    hash("sha256", piece, "buffer").copy(this.#id);
    ids.set(this.#id, at);
    const missing = this.known.claim(this.#words, 0, 0, wanted);
    if (missing === 0) return;
    const compressing = missing & this.#forms.compressing;
    const compressed = compressing !== 0 && this.#addCompressed(piece, compressing);
    const plain = compressed ? missing & ~compressing : missing;
    if (plain !== 0) this.#addPlain(piece, plain);
  }

  /** Fills packs with what was gathered. `all`: and closes those that are not full. */
  async seal(packs?: "all"): Promise<void> {
    for (const { filler } of this.#targets) {
      await this.#untilMemory();
      filler.addStaged("data", this.#staged);
      if (packs === "all") filler.flush();
      // The memory of one that can't take much more serves another destination meanwhile.
      else if (this.#targets.length > 1) filler.flushIfNearlyFull();
    }
    this.#staged.clear();
  }

  /** False where the piece is better stored as it is. */
  #addCompressed(piece: Buffer, targets: number): boolean {
    const room = this.#staged.room(compressedRoom(piece.length));
    const payloadBytes = this.#compressor.compress(piece, room);
    if (payloadBytes > worthwhile(piece.length)) return false;
    this.#staged.add({ id: this.#id, targets, payloadBytes, uncompressedLength: piece.length });
    return true;
  }

  #addPlain(piece: Buffer, targets: number): void {
    this.#staged.room(piece.length).set(piece);
    this.#staged.add({ id: this.#id, targets, payloadBytes: piece.length, uncompressedLength: 0 });
  }
}
