/** Memory for the packs of one thread: used again once they are saved, and never for many of them at once. */
import { pageMemory } from "../../host/direct-io.ts";
import type { FilledPack } from "./filled-pack.ts";
import { packBufferBytes } from "./pack-filler.ts";

export class PackMemory {
  readonly #most: number;
  readonly #free: SharedArrayBuffer[] = [];
  /** Packs that were passed on and not given back yet. */
  #away = 0;
  #waiting: (() => void) | undefined;

  /** `most`: packs that may be on their way to their storages. */
  constructor(most: number) {
    this.#most = most;
  }

  take(): SharedArrayBuffer {
    return this.#free.pop() ?? pageMemory(packBufferBytes);
  }

  /** A pack left this thread with memory that will be given back: that of a very large one is not. */
  passedOn({ buffer }: FilledPack): void {
    if (buffer?.byteLength === packBufferBytes) this.#away += 1;
  }

  giveBack(buffer: SharedArrayBuffer): void {
    this.#away -= 1;
    this.#free.push(buffer);
    this.#waiting?.();
    this.#waiting = undefined;
  }

  /** Resolves while fewer than the most are away. For one who waits at a time. */
  async untilFew(): Promise<void> {
    while (this.#away >= this.#most) await new Promise<void>((resolve) => (this.#waiting = resolve));
  }
}
