/**
 * Stores blobs of one type in the destinations that lack them, in packs of their own; hashed and compressed once. On the main thread: for trees, and for
 * the few bytes that are no reason to start a thread.
 */
import { hash } from "node:crypto";
import type { BlobId } from "../../base/ids.ts";
import { pageMemory } from "../../host/direct-io.ts";
import { zstdCompress } from "../../host/zstd.ts";
import { treeFlag } from "../blob-id-table.ts";
import type { BlobType } from "../format/blob.ts";
import { nonceBytes } from "../format/crypto.ts";
import { paddedToBlocks } from "../format/ctr-counter.ts";
import { type NewBlob, PackFiller, packBufferBytes } from "../packs/pack-filler.ts";
import type { Destination } from "./destination.ts";
import type { KnownBlobs } from "./known-blobs.ts";

export interface BlobStorerOptions {
  readonly type: BlobType;
  readonly dryRun: boolean;
}

export class BlobStorer {
  readonly #known: KnownBlobs;
  readonly #stores: readonly Store[];
  readonly #type: BlobType;
  readonly #words = new Int32Array(8);
  readonly #id = Buffer.from(this.#words.buffer);

  constructor(destinations: readonly Destination[], known: KnownBlobs, { type, dryRun }: BlobStorerOptions) {
    this.#type = type;
    this.#known = known;
    this.#stores = destinations.map((destination) => {
      const { masterKey, actor } = destination.target.repository;
      const store: Store = {
        destination,
        saved: Promise.resolve(),
        filler: new PackFiller({
          target: destination.number,
          key: masterKey,
          nonceStart: actor.random(nonceBytes),
          dryRun,
          emit: (pack) => {
            store.saved = store.saved.then(() => destination.savePack(pack, type));
          },
          takeBuffer: () => pageMemory(packBufferBytes),
        }),
      };
      return store;
    });
  }

  /** Only while no other thread works with the table of known blobs. */
  async store(blob: Uint8Array): Promise<BlobId> {
    hash("sha256", blob, "buffer").copy(this.#id);
    const id = this.#id.toString("hex") as BlobId;
    const live = this.#stores.filter(({ destination }) => destination.error === undefined);
    if (this.#known.room < 1) this.#known.grow(1);
    const wanted = live.reduce((bits, { destination }) => bits | destination.bit, 0);
    const missing = this.#known.claim(this.#words, 0, this.#type === "tree" ? treeFlag : 0, wanted);
    const lacking = live.filter(({ destination }) => (missing & destination.bit) !== 0);
    const payloadFor = this.#payloads(blob);
    for (const { destination, filler } of lacking) {
      filler.add({ type: this.#type, id: this.#id, ...payloadFor(destination) });
    }
    // one pack for each in memory at a time
    await Promise.all(lacking.map(({ saved }) => saved));
    return id;
  }

  /** The blob as each destination stores it; made once. */
  #payloads(blob: Uint8Array): (destination: Destination) => Payload {
    let [compressed, plain]: [Payload?, Payload?] = [];
    return ({ target }) => {
      if (target.repository.config.version < 2) {
        plain ??= { ...withRoom(blob), uncompressedLength: 0 };
        return plain;
      }
      compressed ??= { ...withRoom(zstdCompress(blob)), uncompressedLength: blob.length };
      return compressed;
    };
  }

  /** All of them are durable when it resolves, or their destinations failed. */
  async finish(): Promise<void> {
    for (const { filler } of this.#stores) filler.flush();
    await Promise.all(this.#stores.map(({ saved }) => saved));
  }
}

/** What one destination gets. */
interface Store {
  readonly destination: Destination;
  readonly filler: PackFiller;
  saved: Promise<void>;
}

type Payload = Omit<NewBlob, "type" | "id">;

/** A copy with room behind it up to a cipher's block. */
function withRoom(payload: Uint8Array): Omit<Payload, "uncompressedLength"> {
  const room = Buffer.alloc(paddedToBlocks(payload.length));
  room.set(payload);
  return { payload: room, payloadBytes: payload.length };
}
