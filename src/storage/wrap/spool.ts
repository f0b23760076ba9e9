/**
 * Packs go to a bounded folder of this machine first and are uploaded behind the reader's back, so that reading a source
 * (which may hold a database's log) never waits for a slow storage.
 *
 * What changes of the storage contract: a saved pack is durable only after `drain`. Indexes and snapshots, which make packs
 * count, drain by themselves before they are saved; everything else of the contract holds as it is.
 */
import { ObhutError } from "../../base/errors.ts";
import type { ByteRange, FileType, Storage, StorageFile, StoredFile } from "../storage.ts";
import type { SpoolRoom } from "./spool-room.ts";
import { type Upload, UploadQueue } from "./upload-queue.ts";

export interface SpoolOptions {
  /** May be shared with other storages. */
  readonly room: SpoolRoom;
  /** How many packs are uploaded at once: each is in memory meanwhile. */
  readonly uploads: number;
}

export interface SpooledStorage extends Storage {
  /** Resolves once every saved pack is durable in the storage behind; rejects with the first upload's error. */
  drain(): Promise<void>;
}

export function spooled(inner: Storage, options: SpoolOptions): SpooledStorage {
  return new Spool(inner, options);
}

interface Pending {
  readonly sizeBytes: number;
  /** The saver may go on. */
  readonly spooled: Promise<void>;
  readonly uploaded: Promise<void>;
}

class Spool implements SpooledStorage {
  readonly location: string;
  readonly connections: number;
  readonly #inner: Storage;
  readonly #room: SpoolRoom;
  readonly #queue: UploadQueue;
  readonly #pending = new Map<string, Pending>();

  readonly extend?: NonNullable<Storage["extend"]>;

  constructor(inner: Storage, { room, uploads }: SpoolOptions) {
    this.location = inner.location;
    this.connections = inner.connections;
    if (inner.extend) this.extend = inner.extend.bind(inner);
    this.#inner = inner;
    this.#room = room;
    this.#queue = new UploadQueue({ storage: inner, room, uploads: Math.min(uploads, inner.connections) });
  }

  async create(): Promise<void> {
    await this.#inner.create();
  }

  async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (file.type === "index" || file.type === "snapshots") await this.drain();
    if (file.type !== "data") return await this.#inner.save(file, bytes, signal);
    // No wait between the last look and `set`: two saves of one file must never both write it.
    for (let same = this.#pending.get(file.name); same !== undefined; same = this.#pending.get(file.name)) {
      if (same.sizeBytes === bytes.length) return await same.spooled;
      await same.uploaded.catch(() => undefined);
    }
    const way = this.#spool(file, bytes, signal);
    const spooled = way.then(() => undefined);
    const uploaded = way.then((upload) => upload.done).finally(() => this.#pending.delete(file.name));
    uploaded.catch(() => undefined);
    this.#pending.set(file.name, { sizeBytes: bytes.length, spooled, uploaded });
    await spooled;
  }

  /** Resolves when `bytes` are the caller's again. */
  async #spool(file: StorageFile, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<Upload> {
    for (;;) {
      this.#queue.throwIfFailed();
      signal?.throwIfAborted();
      const upload = (await this.#room.take(bytes.length)) ? await this.#queue.add(file, bytes) : undefined;
      if (upload !== undefined) return upload;
      // Nothing of ours will make room.
      if (this.#queue.isEmpty) break;
      await this.#room.waitForRoom();
    }
    await this.#inner.save(file, bytes, signal);
    return { done: Promise.resolve() };
  }

  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    await this.#settled(file);
    return await this.#inner.load(file, range, signal);
  }

  async doubt(file: StorageFile, range: ByteRange): Promise<boolean> {
    return (await this.#inner.doubt?.(file, range)) ?? false;
  }

  async sizeOf(file: StorageFile): Promise<number | undefined> {
    await this.#settled(file);
    return await this.#inner.sizeOf(file);
  }

  async *list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile> {
    if (type === "data") await this.drain();
    yield* this.#inner.list(type, signal);
  }

  async remove(file: StorageFile): Promise<void> {
    await this.#settled(file);
    await this.#inner.remove(file);
  }

  async drain(): Promise<void> {
    await Promise.allSettled([...this.#pending.values()].map((pending) => pending.uploaded));
    this.#queue.throwIfFailed();
  }

  /** Packs that wait still are dropped: nobody asked for them to be durable. */
  async close(): Promise<void> {
    this.#queue.stop(new ObhutError("INTERRUPTED", {}));
    this.#room.wake();
    await Promise.allSettled([...this.#pending.values()].map((pending) => pending.uploaded));
    await this.#inner.close();
  }

  async #settled(file: StorageFile): Promise<void> {
    if (file.type === "data") await this.#pending.get(file.name)?.uploaded;
  }
}
