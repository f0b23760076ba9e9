/** Takes packs from the reading threads to their destinations, and holds the threads back while too many wait to be saved. */

import type { FilledPack } from "../packs/filled-pack.ts";
import { packBufferBytes } from "../packs/pack-filler.ts";
import type { Destination } from "./destination.ts";
import type { ReaderPool } from "./range-queue.ts";

/** Packs that wait to be saved before no thread gets more to read, beyond one more for each further destination. The threads wait by themselves too. */
const heldPacks = 2;

export class PackSaver {
  readonly #destinations: readonly Destination[];
  readonly #limit: number;
  readonly #held = new Set<Promise<void>>();
  #pool: ReaderPool | undefined;

  constructor(destinations: readonly Destination[]) {
    this.#destinations = destinations;
    this.#limit = heldPacks + destinations.length - 1;
  }

  /** The pool whose packs these are. */
  feeds(pool: ReaderPool): void {
    this.#pool = pool;
  }

  take(pack: FilledPack, worker: number): void {
    const held: Promise<void> = this.#save(pack, worker).finally(() => {
      this.#held.delete(held);
      this.#setPaused();
    });
    this.#held.add(held);
    this.#setPaused();
  }

  /** Every pack taken so far is durable, or its destination failed. */
  async settled(): Promise<void> {
    while (this.#held.size > 0) await Promise.all(this.#held);
  }

  async #save(pack: FilledPack, worker: number): Promise<void> {
    await this.#destinations[pack.target]?.savePack(pack, "data");
    const { buffer } = pack;
    if (buffer?.byteLength === packBufferBytes) this.#pool?.tell(worker, { kind: "buffer", buffer });
  }

  #setPaused(): void {
    if (this.#pool !== undefined) this.#pool.paused = this.#held.size >= this.#limit;
  }
}
