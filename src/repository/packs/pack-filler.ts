/** Fills packs for one destination. */
import { createHash } from "node:crypto";
import { limits, MiB } from "../../base/limits.ts";
import { pageMemory } from "../../host/direct-io.ts";
import type { BlobType } from "../format/blob.ts";
import { type MasterKey, sealBytes } from "../format/crypto.ts";
import { packMaxBlobs, packTailOverheadBytes, writeHeaderEntry } from "../format/pack.ts";
import { SealStream } from "../format/seal-stream.ts";
import type { FilledPack } from "./filled-pack.ts";

/**
 * Memory of one pack; equal for all, so that it can be used again: what a pack takes, and a piece more. It is shared rather than passed
 * from thread to thread, because V8 counts what is passed as new memory each time, and stops the thread to look for garbage.
 */
export const packBufferBytes = 18 * MiB;
const maxEntryBytes = 41;

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
  #header = Buffer.allocUnsafe(2048 * maxEntryBytes);
  #headerUsed = 0;
  #blobs = 0;
  #plainBytes = 0;

  constructor(options: FillerOptions) {
    this.#options = options;
    this.#stream = new SealStream(options.key, options.nonceStart);
  }

  add(blob: NewBlob): void {
    const length = blob.payloadBytes + sealBytes;
    this.#reserve(length);
    if (this.#pack !== undefined) this.#stream.sealInto(this.#pack, this.#used, blob.payload, blob.payloadBytes);
    this.#used += length;
    const { type, id, uncompressedLength } = blob;
    this.#headerUsed = writeHeaderEntry(this.#header, this.#headerUsed, { type, id, length, uncompressedLength });
    this.#blobs++;
    this.#plainBytes += uncompressedLength === 0 ? blob.payloadBytes : uncompressedLength;
    if (this.#used + this.#headerUsed >= limits.packTargetBytes || this.#blobs >= packMaxBlobs) this.flush();
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
    // with room behind it for the cipher's last block
    if (this.#headerUsed + maxEntryBytes + 16 > this.#header.length) {
      this.#header = Buffer.concat([this.#header], 2 * this.#header.length);
    }
    if (this.#options.dryRun) return;
    const needed = this.#used + length + this.#headerUsed + maxEntryBytes + packTailOverheadBytes;
    if (this.#pack === undefined) {
      this.#pack = Buffer.from(needed <= packBufferBytes ? this.#options.takeBuffer() : pageMemory(needed));
    } else if (needed > this.#pack.length) {
      // a blob larger than what is left begins a pack of its own
      this.flush();
      this.#reserve(length);
    }
  }
}
