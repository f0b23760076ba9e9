/** A repository in memory, for tests: the real interface with its guarantees, and one place to plant faults. */
import { ObhutError } from "../../base/errors.ts";
import { isId } from "../../base/ids.ts";
import type { ByteRange, FileType, Storage, StorageFile, StoredFile } from "../storage.ts";

export type StorageCall = "create" | "save" | "load" | "sizeOf" | "list" | "remove";

export interface MemoryStorageOptions {
  readonly location?: string;
  /**
   * Awaited before each call does anything; what it throws is what the call rejects with. Lets a test
   * count calls, delay them, or fail the k-th.
   */
  readonly before?: (call: StorageCall, file?: StorageFile) => Promise<void> | void;
}

export class MemoryStorage implements Storage {
  readonly location: string;
  readonly connections = 4;
  /** Path in restic's flat form (`data/<id>`, `config`) to content. Tests may damage it at will. */
  readonly files = new Map<string, Uint8Array>();
  readonly #before: NonNullable<MemoryStorageOptions["before"]>;

  constructor(options: MemoryStorageOptions = {}) {
    this.location = options.location ?? "memory";
    this.#before = options.before ?? (() => undefined);
  }

  async create(): Promise<void> {
    await this.#before("create");
  }

  async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.#before("save", file);
    const key = keyOf(file);
    const there = this.files.get(key);
    if (there && file.type === "config") {
      throw new ObhutError("STORAGE_FILE_EXISTS", { location: this.location, file: key });
    }
    if (there?.length !== bytes.length) this.files.set(key, Uint8Array.from(bytes));
  }

  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    await this.#before("load", file);
    const key = keyOf(file);
    const bytes = this.files.get(key);
    if (!bytes) throw new ObhutError("STORAGE_FILE_MISSING", { location: this.location, file: key });
    const { offset, length } = range ?? { offset: 0, length: bytes.length };
    if (offset + length > bytes.length) {
      const got = Math.max(0, bytes.length - offset);
      throw new ObhutError("STORAGE_SHORT_READ", { location: this.location, file: key, wanted: length, got });
    }
    return Uint8Array.from(bytes.subarray(offset, offset + length));
  }

  async sizeOf(file: StorageFile): Promise<number | undefined> {
    await this.#before("sizeOf", file);
    return this.files.get(keyOf(file))?.length;
  }

  async *list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile> {
    await this.#before("list");
    for (const [key, bytes] of [...this.files]) {
      signal?.throwIfAborted();
      const name = key.slice(type.length + 1);
      const mine = type === "config" ? key === "config" : key.startsWith(`${type}/`) && isId(name);
      if (mine) yield { name, sizeBytes: bytes.length };
    }
  }

  async remove(file: StorageFile): Promise<void> {
    await this.#before("remove", file);
    this.files.delete(keyOf(file));
  }

  async close(): Promise<void> {}
}

function keyOf(file: StorageFile): string {
  return file.type === "config" ? "config" : `${file.type}/${file.name}`;
}
