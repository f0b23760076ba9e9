/** Stores bytes in memory without a reading thread: where nothing else is new, starting one costs more than all the rest. */
import type { PackedIds } from "../format/node.ts";
import type { SourceEntry } from "../source-entry.ts";
import { BlobStorer } from "./blob-storer.ts";
import type { Destination } from "./destination.ts";
import type { KnownBlobs } from "./known-blobs.ts";
import { pieceBytesFor } from "./piece-size.ts";

export class FewBytes {
  readonly #storer: BlobStorer;

  constructor(destinations: readonly Destination[], known: KnownBlobs, dryRun: boolean) {
    this.#storer = new BlobStorer(destinations, known, { type: "data", dryRun });
  }

  /** The entry's pieces, stored; undefined where they are more than one. Only while no reading thread was started. */
  async store({ content, changes, meta }: SourceEntry): Promise<PackedIds | undefined> {
    if (content?.kind !== "bytes") return undefined;
    const { bytes } = content;
    if (bytes.length === 0 || bytes.length !== meta.sizeBytes) return undefined;
    if (bytes.length > pieceBytesFor(changes, bytes.length)) return undefined;
    return Buffer.from(await this.#storer.store(bytes), "hex");
  }

  /** All of it is durable when it resolves, or the destination failed. */
  async finish(): Promise<void> {
    await this.#storer.finish();
  }
}
