/** Packs that lie in the spool, on their way to one storage, in the order they came. */
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { ObhutError, reasonOf } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import type { Storage, StorageFile } from "../storage.ts";
import type { SpoolRoom } from "./spool-room.ts";

export interface UploadQueueOptions {
  readonly storage: Storage;
  readonly room: SpoolRoom;
  /** How many at once. */
  readonly uploads: number;
}

export interface Upload {
  /** Settles when the storage has the pack, or will not get it. */
  readonly done: Promise<void>;
}

interface Waiting {
  readonly file: StorageFile;
  readonly path: string;
  readonly sizeBytes: number;
  /** Of what was written: a disk must not change a pack unseen. */
  readonly checksum: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Packs differ by a little; one buffer shall do for all. */
const spareBytes = 2 * limits.wholePieceBytes;

let made = 0;

export class UploadQueue {
  readonly #options: UploadQueueOptions;
  readonly #queue: Waiting[] = [];
  readonly #stop = new AbortController();
  /** Of packs that are being written or wait, and those under way. */
  #held = 0;
  #pumps = 0;
  #failed: { readonly error: unknown } | undefined;

  constructor(options: UploadQueueOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#held === 0;
  }

  throwIfFailed(): void {
    if (this.#failed !== undefined) throw this.#failed.error;
  }

  /** What waits is dropped, what is under way is broken off; nothing more is taken. */
  stop(reason: unknown): void {
    this.#failed ??= { error: reason };
    this.#stop.abort(reason);
  }

  /**
   * Room for it was taken. Resolves when `bytes` are the caller's again; with undefined where the disk did not take them after all.
   */
  async add(file: StorageFile, bytes: Uint8Array): Promise<Upload | undefined> {
    const { room } = this.#options;
    made += 1;
    const path = join(room.folder, `${file.name}-${made}`);
    const checksum = crc32(bytes);
    this.#held += 1;
    try {
      await writeAside(path, bytes);
    } catch {
      await rm(path, { force: true }).catch(() => undefined);
      this.#held -= 1;
      room.release(bytes.length);
      return undefined;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined);
    this.#queue.push({ file, path, sizeBytes: bytes.length, checksum, resolve, reject });
    if (this.#pumps < this.#options.uploads) void this.#pump();
    return { done: promise };
  }

  async #pump(): Promise<void> {
    this.#pumps += 1;
    let buffer: Buffer | undefined;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (buffer === undefined || buffer.length < next.sizeBytes) {
        buffer = Buffer.allocUnsafeSlow(Math.max(next.sizeBytes, limits.packTargetBytes + spareBytes));
      }
      await this.#upload(next, buffer);
    }
    this.#pumps -= 1;
  }

  async #upload(next: Waiting, buffer: Buffer): Promise<void> {
    const { storage, room } = this.#options;
    let outcome = next.resolve;
    try {
      this.throwIfFailed();
      const bytes = await readBack(next, buffer).catch((error: unknown) => {
        const params = { location: room.folder, action: "read a pack back", reason: reasonOf(error) };
        throw new ObhutError("STORAGE_FAILED", params, { cause: error });
      });
      await storage.save(next.file, bytes, this.#stop.signal);
    } catch (error) {
      this.#failed ??= { error };
      outcome = () => next.reject(error);
    }
    await rm(next.path, { force: true }).catch(() => undefined);
    this.#held -= 1;
    outcome();
    room.release(next.sizeBytes);
  }
}

async function writeAside(path: string, bytes: Uint8Array): Promise<void> {
  await using handle = await open(path, "wx", 0o600);
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, at);
    at += bytesWritten;
  }
}

async function readBack({ path, sizeBytes, checksum }: Waiting, buffer: Buffer): Promise<Buffer> {
  const bytes = buffer.subarray(0, sizeBytes);
  await using handle = await open(path, "r");
  await readFully(handle, bytes);
  if (crc32(bytes) !== checksum) throw new Error("the disk gave other bytes than were written");
  return bytes;
}

async function readFully(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, at);
    if (bytesRead === 0) throw new Error(`only ${at} of ${bytes.length} bytes were there`);
    at += bytesRead;
  }
}
