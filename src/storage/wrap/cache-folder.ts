/**
 * The cache of one repository, as files of this machine: below the cache's folder one folder for each repository, named by its id.
 *
 * Any number of processes may use it at once, and all of it may be removed at any moment: files get their names whole, one that is
 * gone was never there. No call rejects; what goes wrong is said once, and then no more is written.
 */

import { randomBytes } from "node:crypto";
import { open, readdir, readFile, rename, rm, statfs, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { reasonOf, systemCode } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { limits, MiB } from "../../base/limits.ts";
import { type Reason, reason } from "../../base/reason-codes.ts";
import { makeFolders } from "../../host/make-folders.ts";
import type { ByteRange } from "../storage.ts";
import { tagFile, tagText, temporaryPrefix, tidyCache } from "./tidy-cache.ts";

/** `joined`: what a repository's index files say together, as src/repository/joined-index.ts writes it. */
export type CachedType = "index" | "snapshots" | "joined" | "data";

export interface CacheFolderOptions {
  /** The cache's folder, of all repositories. Need not exist. */
  readonly folder: string;
  /** The repository's id. */
  readonly repository: string;
  /** What a person should know: the cache cannot be used, or held something damaged. */
  readonly onNote: (note: Finding) => void;
  readonly nowMs: () => number;
  /** All repositories together; `limits.cacheBytes` by default. */
  readonly maxBytes?: number;
  /** Free bytes of the folder's file system; statfs by default. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

/** Free space is looked at again after so many bytes. */
const lookEveryBytes = 64 * MiB;
/** That a file was used is written down once a day. */
const usedEveryMs = 24 * 60 * 60_000;

export class CacheFolder {
  readonly path: string;
  readonly #options: CacheFolderOptions;
  #off = false;
  #writtenBytes = 0;
  #lookAtBytes = 0;
  #ready: Promise<void> | undefined;

  constructor(options: CacheFolderOptions) {
    this.path = join(options.folder, options.repository);
    this.#options = options;
  }

  /** Nothing more is written. */
  get off(): boolean {
    return this.#off;
  }

  async read(type: Exclude<CachedType, "data">, name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      return ownBytes(await readFile(join(this.path, type, name)));
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** Bytes of a stretch of a pack; undefined where it does not hold that many. */
  async readPart(name: string, { offset, length }: ByteRange): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      await using file = await open(join(this.path, "data", name), "r");
      const { mtimeMs } = await file.stat();
      const nowMs = this.#options.nowMs();
      if (Math.abs(nowMs - mtimeMs) > usedEveryMs) await file.utimes(nowMs / 1000, nowMs / 1000).catch(() => undefined);
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      return bytesRead === length ? bytes : undefined;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** Whether it is there now. Not durable: what a power cut leaves of it is found out by whoever reads it. */
  async write(type: CachedType, name: string, bytes: Uint8Array): Promise<boolean> {
    if (this.#off) return false;
    const path = join(this.path, type, name);
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        await this.#makeReady();
        await this.#requireRoom(bytes.length);
        if (this.#off) return false;
        await this.#writeWhole(path, bytes);
        this.#writtenBytes += bytes.length;
        return true;
      } catch (error) {
        // Somebody may just have removed all of it.
        this.#ready = undefined;
        this.#failed(error);
        if (this.#off) return false;
      }
    }
    return false;
  }

  /** What is kept, by the name it was written with; of packs the packs. */
  async names(type: CachedType): Promise<string[]> {
    try {
      return await readdir(join(this.path, type));
    } catch (error) {
      this.#failed(error);
      return [];
    }
  }

  async drop(type: CachedType, name: string): Promise<void> {
    try {
      await rm(join(this.path, type, name), { recursive: type === "data", force: true });
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Marks the repository as used, and tidies the whole cache where that is due. */
  async close(): Promise<void> {
    const { folder, nowMs, maxBytes = limits.cacheBytes } = this.#options;
    const now = nowMs() / 1000;
    const there = await utimes(join(this.path, tagFile), now, now).then(
      () => true,
      () => false,
    );
    if (!there) return;
    try {
      await tidyCache({ folder, maxBytes, nowMs: nowMs(), writtenBytes: this.#writtenBytes, inUse: this.path });
    } catch (error) {
      this.#failed(error);
    }
    this.#writtenBytes = 0;
  }

  async #writeWhole(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(this.path, `${temporaryPrefix}${randomBytes(8).toString("hex")}`);
    try {
      await writeFile(temporary, bytes, { mode: 0o600, flag: "wx" });
      await rename(temporary, path).catch(async (error: unknown) => {
        if (systemCode(error) !== "ENOENT") throw error;
        await makeFolders(dirname(path), 0o700);
        await rename(temporary, path);
      });
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  async #makeReady(): Promise<void> {
    this.#ready ??= makeFolder(this.path);
    await this.#ready;
  }

  async #requireRoom(bytes: number): Promise<void> {
    if (this.#writtenBytes + bytes <= this.#lookAtBytes) return;
    const { freeBytes = freeBytesOf } = this.#options;
    if ((await freeBytes(this.path)) < limits.keepFreeBytes + lookEveryBytes)
      this.#turnOff(reason("diskNearlyFull", {}));
    this.#lookAtBytes = this.#writtenBytes + Math.max(bytes, lookEveryBytes);
  }

  /** A file that is gone is no failure: whoever removes the cache while it is used may. */
  #failed(error: unknown): void {
    if (systemCode(error) !== "ENOENT") this.#turnOff(reasonOf(error));
  }

  #turnOff(why: string | Reason): void {
    if (!this.#off) this.#options.onNote(finding("CACHE_UNUSABLE", { folder: this.#options.folder, reason: why }));
    this.#off = true;
  }
}

/** The tag keeps other backups from storing what can be fetched again, and says that the folder is ours to remove. */
async function makeFolder(path: string): Promise<void> {
  await makeFolders(path, 0o700);
  await writeFile(join(path, tagFile), tagText, { mode: 0o600, flag: "wx" }).catch((error: unknown) => {
    if (systemCode(error) !== "EEXIST") throw error;
  });
}

/** A buffer that owns its memory: what is read may be transferred to a thread. */
function ownBytes(buffer: Buffer): Uint8Array<ArrayBuffer> {
  const whole = buffer.byteOffset === 0 && buffer.byteLength === buffer.buffer.byteLength;
  return whole ? new Uint8Array(buffer.buffer as ArrayBuffer) : Uint8Array.from(buffer);
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
