/**
 * Packs go to a bounded folder of this machine first and are uploaded behind the reader's back, so that reading a source
 * (which may hold a database's log) never waits for a slow storage.
 *
 * What changes of the storage contract: a saved pack is durable only after `drain`. Indexes and snapshots, which make packs
 * count, drain by themselves before they are saved; everything else of the contract holds as it is.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ObhutError, reasonOf } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import type { ByteRange, FileType, Storage, StorageFile, StoredFile } from "../storage.ts";

export interface SpoolOptions {
  /** A folder of this machine; each spool makes one of its own in it and removes it on close. */
  readonly folder: string;
  /** Packs that wait for upload take no more than this. */
  readonly maxBytes: number;
  /** Told when a save has to wait for room, and when it goes on. For a person to see. */
  readonly onWaiting?: (waiting: boolean) => void;
  /** Free bytes of the folder's file system; statfs by default. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

export interface SpooledStorage extends Storage {
  /** Resolves once every saved pack is durable in the storage behind; rejects with the first upload's error. */
  drain(): Promise<void>;
}

const prefix = "obhut-spool-";
const staleSpoolMs = 48 * 60 * 60_000;

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
  readonly #options: SpoolOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #stop = new AbortController();
  #folder: Promise<string> | undefined;
  #usedBytes = 0;
  #uploading = 0;
  #failed: { readonly error: unknown } | undefined;
  /** Woken whenever an upload ends: those that wait for room or for a free connection. */
  #waiters: (() => void)[] = [];

  constructor(inner: Storage, options: SpoolOptions) {
    this.location = inner.location;
    this.connections = inner.connections;
    this.#inner = inner;
    this.#options = options;
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
      await same.uploaded;
    }
    const path = this.#spool(file, bytes, signal);
    const uploaded = path.then((at) => this.#upload(file, at, bytes.length));
    uploaded.catch(() => undefined);
    const spooled = path.then(() => undefined);
    this.#pending.set(file.name, { sizeBytes: bytes.length, spooled, uploaded });
    await spooled;
  }

  /** Where the bytes lie now; undefined when they went straight to the storage. */
  async #spool(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<string | undefined> {
    this.#throwIfFailed();
    if (await this.#reserve(bytes.length, signal)) return await this.#write(file, bytes);
    await this.#inner.save(file, bytes, signal);
    return undefined;
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
    this.#throwIfFailed();
  }

  /** Packs that wait still are dropped: nobody asked for them to be durable. */
  async close(): Promise<void> {
    this.#stop.abort(new ObhutError("INTERRUPTED", {}));
    await Promise.allSettled([...this.#pending.values()].map((pending) => pending.uploaded));
    if (this.#folder) await rm(await this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
    await this.#inner.close();
  }

  async #settled(file: StorageFile): Promise<void> {
    if (file.type === "data") await this.#pending.get(file.name)?.uploaded;
  }

  #throwIfFailed(): void {
    if (this.#failed) throw this.#failed.error;
  }

  /** True once `bytes` fit; false where they never will, and the caller must go straight to the storage. */
  async #reserve(bytes: number, signal?: AbortSignal): Promise<boolean> {
    let waiting = false;
    try {
      for (;;) {
        this.#throwIfFailed();
        signal?.throwIfAborted();
        if (this.#usedBytes + bytes <= this.#options.maxBytes) {
          this.#usedBytes += bytes;
          if (await this.#hasRoom(bytes)) return true;
          this.#release(bytes);
        }
        if (this.#usedBytes === 0) return false;
        if (!waiting) this.#options.onWaiting?.(true);
        waiting = true;
        await new Promise<void>((resolve) => this.#waiters.push(resolve));
      }
    } finally {
      if (waiting) this.#options.onWaiting?.(false);
    }
  }

  async #hasRoom(bytes: number): Promise<boolean> {
    const free = this.#options.freeBytes ?? freeBytesOf;
    return (await free(await this.#ownFolder())) >= bytes + limits.keepFreeBytes;
  }

  async #write(file: StorageFile, bytes: Uint8Array): Promise<string> {
    const path = join(await this.#ownFolder(), file.name);
    try {
      await writeFile(path, bytes, { mode: 0o600 });
      return path;
    } catch (error) {
      this.#release(bytes.length);
      await rm(path, { force: true });
      const params = { location: this.#options.folder, action: "spool a pack", reason: reasonOf(error) };
      throw new ObhutError("STORAGE_FAILED", params, { cause: error });
    }
  }

  async #upload(file: StorageFile, path: string | undefined, sizeBytes: number): Promise<void> {
    try {
      if (path !== undefined) await this.#uploadFrom(path, file, sizeBytes);
    } catch (error) {
      this.#failed ??= { error };
      throw error;
    } finally {
      this.#pending.delete(file.name);
      if (path !== undefined) this.#release(sizeBytes);
    }
  }

  async #uploadFrom(path: string, file: StorageFile, sizeBytes: number): Promise<void> {
    while (this.#uploading >= this.connections) await new Promise<void>((resolve) => this.#waiters.push(resolve));
    this.#uploading++;
    try {
      this.#stop.signal.throwIfAborted();
      this.#throwIfFailed();
      const bytes = await readFile(path);
      if (bytes.length !== sizeBytes) throw new Error(`the spool gave ${bytes.length} of ${sizeBytes} bytes`);
      await this.#inner.save(file, bytes, this.#stop.signal);
    } finally {
      this.#uploading--;
      await rm(path, { force: true }).catch(() => undefined);
    }
  }

  #release(bytes: number): void {
    this.#usedBytes -= bytes;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  async #ownFolder(): Promise<string> {
    this.#folder ??= makeOwnFolder(this.#options.folder);
    return await this.#folder;
  }
}

async function makeOwnFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const own = await mkdtemp(join(parent, prefix));
  await removeStale(parent, own);
  return own;
}

/** Spools of runs that died. A spool in use changes its folder every few moments; the file system's clock decides. */
async function removeStale(parent: string, own: string): Promise<void> {
  const now = (await stat(own)).mtimeMs;
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const status = name.startsWith(prefix) ? await stat(path).catch(() => undefined) : undefined;
    if (status && now - status.mtimeMs > staleSpoolMs) await rm(path, { recursive: true, force: true });
  }
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
