/** Fills packs for one destination. */
import { createHash } from "node:crypto";
import { KiB, limits, MiB } from "../../base/limits.ts";
import { pageMemory } from "../../host/direct-io.ts";
import type { BlobType } from "../format/blob.ts";
import { type MasterKey, sealBytes } from "../format/crypto.ts";
import { headerEntryMaxBytes, packMaxBlobs, packTailOverheadBytes, writeHeaderEntry } from "../format/pack.ts";
import { SealStream } from "../format/seal-stream.ts";
import type { FilledPack } from "./filled-pack.ts";
import type { StagedBlobs } from "./staged-blobs.ts";

/**
 * Memory of one pack; equal for all, so that it can be used again: what a pack takes, and a piece more. It is shared rather than passed
 * from thread to thread, because V8 counts what is passed as new memory each time, and stops the thread to look for garbage.
 */
export const packBufferBytes = 18 * MiB;
/** Staged blobs are sealed so many bytes at a time: the processor's cache still holds them when they are authenticated. */
const runBytes = 256 * KiB;

export interface FillerOptions {
  readonly target: number;
  readonly key: MasterKey;
  /** 16 random bytes that no other filler got. */
  readonly nonceStart: Uint8Array;
  readonly dryRun: boolean;
  /** Takes a pack that is full. It owns the buffer from then on. */
  readonly emit: (pack: FilledPack) => void;
  /** Memory of `packBufferBytes`. */
  readonly takeBuffer: () => SharedArrayBuffer;
}

export interface NewBlob {
  readonly type: BlobType;
  /** 32 bytes. */
  readonly id: Uint8Array;
  /** What is stored, with room behind it up to a multiple of 16. */
  readonly payload: Uint8Array;
  readonly payloadBytes: number;
  /** Length before compression; 0 where it is not compressed. */
  readonly uncompressedLength: number;
}

export class PackFiller {
  readonly #options: FillerOptions;
  readonly #stream: SealStream;
  #pack: Buffer | undefined;
  #used = 0;
  #header = Buffer.allocUnsafe(2048 * headerEntryMaxBytes);
  #headerUsed = 0;
  #blobs = 0;
  #plainBytes = 0;

  constructor(options: FillerOptions) {
    this.#options = options;
    this.#stream = new SealStream(options.key, options.nonceStart);
  }

  add(blob: NewBlob): void {
    this.#reserve(blob.payloadBytes + sealBytes);
    if (this.#pack !== undefined) this.#stream.sealInto(this.#pack, this.#used, blob.payload, blob.payloadBytes);
    this.#list(blob);
    this.#flushIfFull();
  }

  /** Adds those of the staged blobs that are for this target. */
  addStaged(type: BlobType, staged: StagedBlobs): void {
    for (let next = 0; next < staged.blobs.length; ) next = this.#addRun(type, staged, next);
  }

  /** Closes the pack if there is not much room left in it. */
  flushIfNearlyFull(): void {
    if (this.#used >= 0.75 * limits.packTargetBytes) this.flush();
  }

  /** Seals blobs that follow one another at once, as many as are for this target and its pack has room for; the number of the next. */
  #addRun(type: BlobType, staged: StagedBlobs, first: number): number {
    const lengths: number[] = [];
    let [next, bytes, begin] = [first, 0, 0];
    for (; next < staged.blobs.length && bytes < runBytes; next++) {
      const blob = staged.blobs[next];
      if (blob === undefined || (blob.targets & (1 << this.#options.target)) === 0) break;
      const length = blob.payloadBytes + sealBytes;
      if (lengths.length === 0) {
        this.#reserve(length);
        begin = this.#used;
      } else if (this.#isFull || !this.#hasRoomFor(length)) break;
      lengths.push(blob.payloadBytes);
      bytes += length;
      this.#list({ ...blob, type });
    }
    if (lengths.length === 0) return next + 1;
    if (this.#pack !== undefined) this.#stream.sealRun(this.#pack, begin, staged.from(first), lengths);
    this.#flushIfFull();
    return next;
  }

  /** The blob's place behind what the pack holds, in its header. */
  #list(blob: Omit<NewBlob, "payload">): void {
    const { type, id, payloadBytes, uncompressedLength } = blob;
    const length = payloadBytes + sealBytes;
    this.#growHeader();
    this.#headerUsed = writeHeaderEntry(this.#header, this.#headerUsed, { type, id, length, uncompressedLength });
    this.#used += length;
    this.#blobs++;
    this.#plainBytes += uncompressedLength === 0 ? payloadBytes : uncompressedLength;
  }

  get #isFull(): boolean {
    return this.#used + this.#headerUsed >= limits.packTargetBytes || this.#blobs >= packMaxBlobs;
  }

  #flushIfFull(): void {
    if (this.#isFull) this.flush();
  }

  /** Closes the pack that is being filled, if there is one. */
  flush(): void {
    if (this.#blobs === 0) return;
    const header = Uint8Array.from(this.#header.subarray(0, this.#headerUsed));
    const bytes = this.#used + header.length + packTailOverheadBytes;
    const { target, emit } = this.#options;
    const counts = { target, bytes, header, blobs: this.#blobs, plainBytes: this.#plainBytes };
    if (this.#pack === undefined) {
      emit({ ...counts, buffer: undefined, id: "" });
    } else {
      const end = this.#stream.sealInto(this.#pack, this.#used, this.#header, header.length);
      this.#pack.writeUInt32LE(end - this.#used, end);
      const id = createHash("sha256").update(this.#pack.subarray(0, bytes)).digest("hex");
      emit({ ...counts, buffer: this.#pack.buffer as SharedArrayBuffer, id });
    }
    this.#pack = undefined;
    this.#used = 0;
    this.#headerUsed = 0;
    this.#blobs = 0;
    this.#plainBytes = 0;
  }

  /** Room for one more blob of this sealed length and its header entry. */
  #reserve(length: number): void {
    if (this.#options.dryRun) return;
    // a blob larger than what is left begins a pack of its own
    if (this.#pack !== undefined && !this.#hasRoomFor(length)) this.flush();
    if (this.#pack !== undefined) return;
    const needed = this.#needed(length);
    this.#pack = Buffer.from(needed <= packBufferBytes ? this.#options.takeBuffer() : pageMemory(needed));
  }

  #hasRoomFor(length: number): boolean {
    return this.#pack === undefined || this.#needed(length) <= this.#pack.length;
  }

  #needed(length: number): number {
    return this.#used + length + this.#headerUsed + headerEntryMaxBytes + packTailOverheadBytes;
  }

  /** With room for one more entry, and behind it for the cipher's last block. */
  #growHeader(): void {
    if (this.#headerUsed + headerEntryMaxBytes + 16 <= this.#header.length) return;
    this.#header = Buffer.concat([this.#header], 2 * this.#header.length);
  }
}
