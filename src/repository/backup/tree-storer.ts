/** Stores trees in one destination, in packs of their own, where it lacks them. */
import { hash } from "node:crypto";
import type { BlobId } from "../../base/ids.ts";
import { zstdCompress } from "../../host/zstd.ts";
import { treeFlag } from "../blob-id-table.ts";

import { nonceBytes } from "../format/crypto.ts";
import type { Destination } from "./destination.ts";
import type { KnownBlobs } from "./known-blobs.ts";
import { PackFiller, packBufferBytes } from "./pack-filler.ts";
import type { FilledPack } from "./read-task.ts";

export class TreeStorer {
  readonly #destination: Destination;
  readonly #known: KnownBlobs;
  readonly #filler: PackFiller;
  readonly #words = new Int32Array(8);
  readonly #id = Buffer.from(this.#words.buffer);
  #saved: Promise<void> = Promise.resolve();

  constructor(destination: Destination, known: KnownBlobs, dryRun: boolean) {
    this.#destination = destination;
    this.#known = known;
    this.#filler = new PackFiller({
      target: destination.number,
      key: destination.target.repository.masterKey,
      nonceStart: destination.target.repository.actor.random(nonceBytes),
      dryRun,
      emit: (pack) => this.#emit(pack),
      takeBuffer: () => new ArrayBuffer(packBufferBytes),
    });
  }

  async store(tree: Buffer): Promise<BlobId> {
    hash("sha256", tree, "buffer").copy(this.#id);
    const id = this.#id.toString("hex") as BlobId;
    const { bit, error, target } = this.#destination;
    if (error !== undefined) return id;
    if (this.#known.room < 1) this.#known.grow(1);
    if (this.#known.claim(this.#words, 0, treeFlag, bit) === 0) return id;
    const compressed = target.repository.config.version >= 2;
    const payload = withRoom(compressed ? zstdCompress(tree) : tree);
    const payloadBytes = payload.length;
    const uncompressedLength = compressed ? tree.length : 0;
    this.#filler.add({ type: "tree", id: this.#id, payload: payload.bytes, payloadBytes, uncompressedLength });
    // one pack of trees in memory at a time
    await this.#saved;
    return id;
  }

  /** All trees are durable when it resolves, or the destination failed. */
  async finish(): Promise<void> {
    this.#filler.flush();
    await this.#saved;
  }

  #emit(pack: FilledPack): void {
    this.#saved = this.#saved.then(() => this.#destination.savePack(pack, "tree"));
  }
}

/** A copy with room behind it up to a cipher's block. */
function withRoom(payload: Buffer): { readonly bytes: Buffer; readonly length: number } {
  const bytes = Buffer.alloc(Math.ceil(payload.length / 16) * 16);
  payload.copy(bytes);
  return { bytes, length: payload.length };
}
