/**
 * Loads parts of files into memory that threads share and that is used again: of memory made for each load the system has to clear every
 * page first, and V8 counts it as a reason to look for garbage (docs/decisions/0202).
 */
import { directSlackBytes, pageMemory } from "../../host/direct-io.ts";
import { loadInto } from "../../storage/load-into.ts";
import type { Load, SharedBytes, Storage } from "../../storage/storage.ts";

export class SharedLoads {
  readonly #storage: Storage;
  readonly #bufferBytes: number;
  readonly #free: SharedArrayBuffer[] = [];

  /** `bufferBytes`: what most loads fit into; a larger one gets memory of its own. */
  constructor(storage: Storage, bufferBytes: number) {
    this.#storage = storage;
    this.#bufferBytes = bufferBytes + directSlackBytes;
  }

  /** The bytes, for `use` alone: the memory serves another load once that has settled. Errors: the storage's, and those of `use`. */
  async with<Result>(load: Load, use: (bytes: SharedBytes) => Promise<Result>): Promise<Result> {
    const memory = this.#take(load.range.length + directSlackBytes);
    try {
      return await use(await loadInto(this.#storage, load, new Uint8Array(memory)));
    } finally {
      if (memory.byteLength === this.#bufferBytes) this.#free.push(memory);
    }
  }

  #take(bytes: number): SharedArrayBuffer {
    if (bytes > this.#bufferBytes) return pageMemory(bytes);
    return this.#free.pop() ?? pageMemory(this.#bufferBytes);
  }
}
