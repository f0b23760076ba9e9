/** A storage that moves files at the pace of a line: for those that cannot do it piece by piece themselves. */
import type { LinePace } from "../../base/pace.ts";
import { loadInto } from "../load-into.ts";
import type { ByteRange, FileType, Load, SharedBytes, Storage, StorageFile, StoredFile } from "../storage.ts";

export function paced(inner: Storage, line: LinePace): Storage {
  return new Paced(inner, line);
}

class Paced implements Storage {
  readonly location: string;
  readonly connections: number;
  readonly #inner: Storage;
  readonly #line: LinePace;

  readonly extend?: NonNullable<Storage["extend"]>;

  constructor(inner: Storage, line: LinePace) {
    this.location = inner.location;
    this.connections = inner.connections;
    if (inner.extend) this.extend = inner.extend.bind(inner);
    this.#inner = inner;
    this.#line = line;
  }

  async create(): Promise<void> {
    await this.#inner.create();
  }

  async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#line.upload.take(bytes.length, signal);
    await this.#inner.save(file, bytes, signal);
  }

  /** How long a whole file is shows only afterwards: then the next one waits for it. */
  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    if (range !== undefined) await this.#line.download.take(range.length, signal);
    const bytes = await this.#inner.load(file, range, signal);
    if (range === undefined) await this.#line.download.take(bytes.length, signal);
    return bytes;
  }

  async loadInto(load: Load, memory: SharedBytes): Promise<SharedBytes> {
    await this.#line.download.take(load.range.length, load.signal);
    return await loadInto(this.#inner, load, memory);
  }

  async doubt(file: StorageFile, range: ByteRange): Promise<boolean> {
    return (await this.#inner.doubt?.(file, range)) ?? false;
  }

  async sizeOf(file: StorageFile): Promise<number | undefined> {
    return await this.#inner.sizeOf(file);
  }

  list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile> {
    return this.#inner.list(type, signal);
  }

  async remove(file: StorageFile): Promise<void> {
    await this.#inner.remove(file);
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }
}
