/** A storage that refuses to remove, as `rest-server --append-only` and write-once buckets do, before the real one. */
import { ObhutError } from "../../src/base/errors.ts";
import type { ByteRange, FileType, Storage, StorageFile, StoredFile } from "../../src/storage/storage.ts";

export class KeepingStorage implements Storage {
  readonly location: string;
  readonly connections: number;
  /** What was to be removed and was not, by type. */
  readonly refused: FileType[] = [];
  readonly #inner: Storage;
  readonly #removable: readonly FileType[];

  /** `removable`: the types of which files may be removed all the same. */
  constructor(inner: Storage, removable: readonly FileType[]) {
    this.location = inner.location;
    this.connections = inner.connections;
    this.#inner = inner;
    this.#removable = removable;
  }

  create(): Promise<void> {
    return this.#inner.create();
  }

  save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    return this.#inner.save(file, bytes, signal);
  }

  load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return this.#inner.load(file, range, signal);
  }

  sizeOf(file: StorageFile): Promise<number | undefined> {
    return this.#inner.sizeOf(file);
  }

  list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile> {
    return this.#inner.list(type, signal);
  }

  async remove(file: StorageFile): Promise<void> {
    if (this.#removable.includes(file.type)) return await this.#inner.remove(file);
    this.refused.push(file.type);
    const action = `remove ${file.type}/${file.name}`;
    throw new ObhutError("STORAGE_DENIED", { location: this.location, action, reason: "403 Forbidden" });
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
