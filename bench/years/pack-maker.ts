/** Packs of small blobs, one after the other, by the format's own functions. */
import { hash } from "node:crypto";
import type { BlobId, PackId } from "../../src/base/ids.ts";
import { pieceCompressor } from "../../src/host/zstd.ts";
import type { BlobType, PackedBlob } from "../../src/repository/format/blob.ts";
import { nonceBytes, type Random, type Sealer } from "../../src/repository/format/crypto.ts";
import { encodePackHeader, sealPackTail } from "../../src/repository/format/pack.ts";

export interface MadePack {
  readonly id: PackId;
  readonly blobs: readonly PackedBlob[];
  readonly bytes: Buffer;
}

export class PackMaker {
  readonly #type: BlobType;
  readonly #sealer: Sealer;
  readonly #random: Random;
  readonly #compressor = pieceCompressor();
  readonly #frame = Buffer.alloc(256 * 1024);
  #parts: Buffer[] = [];
  #blobs: PackedBlob[] = [];
  #offset = 0;

  constructor(type: BlobType, sealer: Sealer, random: Random) {
    this.#type = type;
    this.#sealer = sealer;
    this.#random = random;
  }

  /** The blob's id. At most 128 KiB. */
  add(plain: Buffer): BlobId {
    const id = hash("sha256", plain) as BlobId;
    const frame = this.#frame.subarray(0, this.#compressor.compress(plain, this.#frame));
    const sealed = this.#sealer.seal(frame, this.#random(nonceBytes));
    this.#parts.push(sealed);
    this.#blobs.push({
      id,
      type: this.#type,
      offset: this.#offset,
      length: sealed.length,
      uncompressedLength: plain.length,
    });
    this.#offset += sealed.length;
    return id;
  }

  finish(): MadePack {
    const tail = sealPackTail(encodePackHeader(this.#blobs), this.#sealer, this.#random(nonceBytes));
    const bytes = Buffer.concat([...this.#parts, tail]);
    const made = { id: hash("sha256", bytes) as PackId, blobs: this.#blobs, bytes };
    this.#parts = [];
    this.#blobs = [];
    this.#offset = 0;
    return made;
  }
}
