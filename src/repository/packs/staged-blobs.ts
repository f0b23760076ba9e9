/**
 * Blobs as they will be stored, before they are sealed, one behind the other and each rounded up to a cipher's block: packs for any number
 * of repositories are made of the same memory, a stretch of blobs at a time.
 */
import { limits, MiB } from "../../base/limits.ts";
import { sealBytes } from "../format/crypto.ts";
import { paddedToBlocks } from "../format/ctr-counter.ts";
import { headerEntryMaxBytes } from "../format/pack.ts";

export interface StagedBlob {
  /** 32 bytes. */
  readonly id: Uint8Array;
  /** Bits of the targets it is for. */
  readonly targets: number;
  readonly payloadBytes: number;
  /** Length before compression; 0 where it is not compressed. */
  readonly uncompressedLength: number;
}

interface Placed extends StagedBlob {
  readonly at: number;
}

export class StagedBlobs {
  readonly #fullBytes: number;
  #memory: Buffer;
  #blobs: Placed[] = [];
  #used = 0;
  /** What they will take in a pack, with their entries. */
  #packedBytes = 0;

  /** `fullBytes`: what they may take in a pack together, and one more. */
  constructor(fullBytes: number) {
    this.#fullBytes = fullBytes;
    this.#memory = Buffer.allocUnsafeSlow(fullBytes + 2 * MiB);
  }

  get blobs(): readonly StagedBlob[] {
    return this.#blobs;
  }

  /** Whether another blob may come that takes up to `bytes`. The first may, however long it is. */
  hasRoomFor(bytes: number): boolean {
    if (this.#blobs.length === 0) return true;
    return this.#packedBytes < this.#fullBytes && this.#used + paddedToBlocks(bytes) <= this.#memory.length;
  }

  /** Memory for the next blob's payload, of which `add` then says how much was used. Only where `hasRoomFor` says so. */
  room(bytes: number): Buffer {
    const needed = this.#used + paddedToBlocks(bytes);
    if (needed > this.#memory.length) {
      if (this.#used > 0) throw new RangeError("no room for another blob");
      this.#memory = Buffer.allocUnsafeSlow(needed);
    }
    return this.#memory.subarray(this.#used);
  }

  /** The payload lies at the beginning of `room`. The id is copied. */
  add(blob: StagedBlob): void {
    this.#blobs.push({ ...blob, id: Uint8Array.from(blob.id), at: this.#used });
    this.#used += paddedToBlocks(blob.payloadBytes);
    this.#packedBytes += blob.payloadBytes + sealBytes + headerEntryMaxBytes;
  }

  /** Memory from the payload of blob `number` on. */
  from(number: number): Buffer {
    return this.#memory.subarray(this.#blobs[number]?.at ?? this.#used, this.#used);
  }

  clear(): void {
    this.#blobs = [];
    this.#used = 0;
    this.#packedBytes = 0;
    // A blob that was too long for it is an exception.
    if (this.#memory.length > this.#fullBytes + 2 * MiB)
      this.#memory = Buffer.allocUnsafeSlow(this.#fullBytes + 2 * MiB);
  }
}

/** What fills a pack of each target at once. */
export const packStageBytes: number = limits.packTargetBytes;
/** Where there is one target its pack is filled by and by, a few stretches at a time. */
export const oneTargetStageBytes: number = MiB;
