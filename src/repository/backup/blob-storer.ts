/**
 * Stores blobs of one type in one destination, in packs of their own, where it lacks them. On the main thread: for trees, and for
 * the few bytes that are no reason to start a thread.
 */
import { hash } from "node:crypto";
import type { BlobId } from "../../base/ids.ts";
import { pageMemory } from "../../host/direct-io.ts";
import { zstdCompress } from "../../host/zstd.ts";
import { treeFlag } from "../blob-id-table.ts";
import type { BlobType } from "../format/blob.ts";
import { nonceBytes } from "../format/crypto.ts";
import type { FilledPack } from "../packs/filled-pack.ts";
import { PackFiller, packBufferBytes } from "../packs/pack-filler.ts";
import type { Destination } from "./destination.ts";
import type { KnownBlobs } from "./known-blobs.ts";

export interface BlobStorerOptions {
  readonly type: BlobType;
  readonly dryRun: boolean;
}

export class BlobStorer {
  readonly #destination: Destination;
  readonly #known: KnownBlobs;
  readonly #filler: PackFiller;
  readonly #type: BlobType;
  readonly #words = new Int32Array(8);
  readonly #id = Buffer.from(this.#words.buffer);
  #saved: Promise<void> = Promise.resolve();

  constructor(destination: Destination, known: KnownBlobs, { type, dryRun }: BlobStorerOptions) {
    this.#type = type;
    this.#destination = destination;
    this.#known = known;
    this.#filler = new PackFiller({
      target: destination.number,
      key: destination.target.repository.masterKey,
      nonceStart: destination.target.repository.actor.random(nonceBytes),
      dryRun,
      emit: (pack) => this.#emit(pack),
      takeBuffer: () => pageMemory(packBufferBytes),
    });
  }

  /** Only while no other thread works with the table of known blobs. */
  async store(blob: Uint8Array): Promise<BlobId> {
    hash("sha256", blob, "buffer").copy(this.#id);
    const id = this.#id.toString("hex") as BlobId;
    const { bit, error, target } = this.#destination;
    if (error !== undefined) return id;
    if (this.#known.room < 1) this.#known.grow(1);
    if (this.#known.claim(this.#words, 0, this.#type === "tree" ? treeFlag : 0, bit) === 0) return id;
    const compressed = target.repository.config.version >= 2;
    const payload = withRoom(compressed ? zstdCompress(blob) : blob);
    const payloadBytes = payload.length;
    const uncompressedLength = compressed ? blob.length : 0;
    this.#filler.add({ type: this.#type, id: this.#id, payload: payload.bytes, payloadBytes, uncompressedLength });
    // one pack in memory at a time
    await this.#saved;
    return id;
  }

  /** All of them are durable when it resolves, or the destination failed. */
  async finish(): Promise<void> {
    this.#filler.flush();
    await this.#saved;
  }

  #emit(pack: FilledPack): void {
    this.#saved = this.#saved.then(() => this.#destination.savePack(pack, this.#type));
  }
}

/** A copy with room behind it up to a cipher's block. */
function withRoom(payload: Uint8Array): { readonly bytes: Buffer; readonly length: number } {
  const bytes = Buffer.alloc(Math.ceil(payload.length / 16) * 16);
  bytes.set(payload);
  return { bytes, length: payload.length };
}
