/**
 * Loads parts of files into memory that threads share and that is used again: of memory made for each load the system has to clear every
 * page first, and V8 counts it as a reason to look for garbage (docs/decisions/0202).
 */
import { pageMemory } from "../../host/direct-io.ts";
import type { ByteRange, Storage, StorageFile } from "../../storage/storage.ts";

export class SharedLoads {
  readonly #storage: Storage;
  readonly #bufferBytes: number;
  readonly #free: SharedArrayBuffer[] = [];

  /** `bufferBytes`: what most loads fit into; a larger one gets memory of its own. */
  constructor(storage: Storage, bufferBytes: number) {
    this.#storage = storage;
    this.#bufferBytes = bufferBytes;
  }

  /** The bytes, for `use` alone: the memory serves another load once that has settled. Errors: the storage's, and those of `use`. */
  async with<Result>(
    {
      file,
      range,
      signal,
    }: { readonly file: StorageFile; readonly range: ByteRange; readonly signal?: AbortSignal | undefined },
    use: (bytes: Uint8Array<SharedArrayBuffer>) => Promise<Result>,
  ): Promise<Result> {
    const buffer = this.#take(range.length);
    try {
      const bytes = new Uint8Array(buffer, 0, range.length);
      if (this.#storage.loadInto === undefined) bytes.set(await this.#storage.load(file, range, signal));
      else await this.#storage.loadInto(file, range, bytes, signal);
      return await use(bytes);
    } finally {
      if (buffer.byteLength === this.#bufferBytes) this.#free.push(buffer);
    }
  }

  #take(bytes: number): SharedArrayBuffer {
    if (bytes > this.#bufferBytes) return pageMemory(bytes);
    return this.#free.pop() ?? pageMemory(this.#bufferBytes);
  }
}
