/**
 * A repository in a folder of this machine, or of a disk mounted on it.
 *
 * Each save is durable by itself when it resolves: data synced, renamed, folder synced (docs/decisions/0101).
 * Temporary files carry names that are no ids, so that nobody takes them for files of the repository.
 */

import { type FileHandle, lstat, mkdir, open, readdir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { ObhutError, systemCode } from "../../base/errors.ts";
import { isId } from "../../base/ids.ts";
import type { StorageAction } from "../../base/storage-action.ts";
import { readDirect } from "../../host/direct-io.ts";
import { durableWrite, removeFile, syncFolder, temporaryPattern } from "../../host/durable-write.ts";
import { makeFolders } from "../../host/make-folders.ts";
import type { ByteRange, FileType, Load, SharedBytes, Storage, StorageFile, StoredFile } from "../storage.ts";
import { allFolders, dataFolders, folderOf, pathOf } from "./layout.ts";
import { localError } from "./local-error.ts";

/** As restic's: nobody else may look, and nobody writes a finished file again. */
const folderMode = 0o700;
const fileMode = 0o400;
/** Folders listed at once: there are 256 of packs. */
const listedTogether = 16;
/** A temporary file this much older than one just made belongs to a run that died. */
const staleTemporaryMs = 24 * 60 * 60_000;

/** `root`: absolute path of the repository's folder. It need not exist before `create`. */
export function localStorage(root: string): Storage {
  return new LocalStorage(root);
}

interface OpenedFile {
  readonly handle: FileHandle;
  readonly file: StorageFile;
  /** Where to begin. */
  readonly offset: number;
}

class LocalStorage implements Storage {
  readonly location: string;
  readonly connections = 4;
  readonly #tidied = new Set<string>();
  /** Paths of temporary files that a listing met: of runs that died, or of one that is at work. */
  readonly #temporaries = new Set<string>();

  constructor(root: string) {
    this.location = root;
  }

  async create(): Promise<void> {
    await this.#try("create the repository's folders", async () => {
      await makeFolders(this.location, folderMode);
      for (const folder of allFolders()) await makeFolder(join(this.location, folder));
      await syncFolder(join(this.location, "data"));
      await syncFolder(this.location);
      await syncFolder(join(this.location, ".."));
    });
  }

  async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.#try("save", () => this.#save(file, bytes), file);
  }

  async #save(file: StorageFile, bytes: Uint8Array): Promise<void> {
    const folder = join(this.location, folderOf(file));
    if (file.type !== "config" && (await this.sizeOf(file)) === bytes.length) return await syncFolder(folder);
    const existing = file.type === "config" ? "never" : "replace";
    const write = (): Promise<void> => durableWrite(this.#path(file), bytes, { mode: fileMode, existing });
    await write().catch(async (error: unknown) => {
      if (systemCode(error) !== "ENOENT") throw error;
      await this.#makeMissing(file);
      await write();
    });
    await this.#tidy(folder);
    // A run's last write. What lies in folders it wrote nothing to was met when it listed them.
    if (file.type === "snapshots") await this.#removeStale([...this.#temporaries], folder);
  }

  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    return await this.#try(
      "read",
      async () => {
        if (range === undefined) return ownBytes(await readFile(this.#path(file)));
        await using handle = await open(this.#path(file), "r");
        const { size } = await handle.stat();
        const { offset, length } = range;
        if (offset + length > size) throw this.#shortRead(file, length, size - offset);
        const bytes = new Uint8Array(length);
        await this.#fill({ handle, file, offset }, bytes);
        return bytes;
      },
      file,
    );
  }

  async loadInto({ file, range, signal }: Load, memory: SharedBytes): Promise<SharedBytes> {
    signal?.throwIfAborted();
    return await this.#try(
      "read",
      async () => {
        // Who asks for so much wants to know what the disk holds, and needs it once.
        const direct = await readDirect(this.#path(file), range, memory);
        if (direct !== undefined) return direct;
        const bytes = memory.subarray(0, range.length);
        await using handle = await open(this.#path(file), "r");
        await this.#fill({ handle, file, offset: range.offset }, bytes);
        return bytes;
      },
      file,
    );
  }

  async #fill({ handle, file, offset }: OpenedFile, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, offset + done);
      if (bytesRead === 0) throw this.#shortRead(file, bytes.length, done);
      done += bytesRead;
    }
  }

  #shortRead(file: StorageFile, wanted: number, got: number): ObhutError {
    const params = { location: this.location, file: pathOf(file), wanted, got: Math.max(0, got) };
    return new ObhutError("STORAGE_SHORT_READ", params);
  }

  async sizeOf(file: StorageFile): Promise<number | undefined> {
    const found = await this.#try("look at", () => stat(this.#path(file)).catch(undefinedIfMissing), file);
    return found?.isFile() ? found.size : undefined;
  }

  async *list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile> {
    if (type === "config") {
      const sizeBytes = await this.sizeOf({ type, name: "" });
      if (sizeBytes !== undefined) yield { name: "", sizeBytes };
      return;
    }
    const folders = type === "data" ? dataFolders() : [type];
    for (let first = 0; first < folders.length; first += listedTogether) {
      signal?.throwIfAborted();
      const some = folders.slice(first, first + listedTogether);
      const list = (folder: string): Promise<StoredFile[]> =>
        this.#try(`list ${folder}`, () => this.#filesIn(join(this.location, folder)));
      for (const files of await Promise.all(some.map(list))) yield* files;
    }
  }

  async remove(file: StorageFile): Promise<void> {
    await this.#try("remove", () => removeFile(this.#path(file)), file);
  }

  async close(): Promise<void> {}

  #path(file: StorageFile): string {
    return join(this.location, pathOf(file));
  }

  /** Only the layout's own folders are made: a root that is gone is a disk that is not mounted, not a place to fill. */
  async #makeMissing(file: StorageFile): Promise<void> {
    if (file.type === "data") await makeFolder(join(this.location, "data"));
    const folder = join(this.location, folderOf(file));
    await makeFolder(folder);
    await syncFolder(join(folder, ".."));
  }

  /** Once for each folder, just after a write there: removes what runs that died left. */
  async #tidy(folder: string): Promise<void> {
    if (this.#tidied.has(folder)) return;
    this.#tidied.add(folder);
    const left = (await readdir(folder).catch(() => [])).filter((name) => temporaryPattern.test(name));
    await this.#removeStale(
      left.map((name) => join(folder, name)),
      folder,
    );
  }

  /** `written`: a folder that was written to just now, so that the file system's clock decides what is old. */
  async #removeStale(temporaries: readonly string[], written: string): Promise<void> {
    const now = temporaries.length === 0 ? undefined : await lstat(written);
    for (const path of temporaries) {
      const file = await lstat(path).catch(undefinedIfMissing);
      if (!file || !now || now.mtimeMs - file.mtimeMs <= staleTemporaryMs) continue;
      await unlink(path).catch(() => undefined);
      this.#temporaries.delete(path);
    }
  }

  async #filesIn(folder: string): Promise<StoredFile[]> {
    const entries = (await readdir(folder, { withFileTypes: true }).catch(undefinedIfMissing)) ?? [];
    for (const { name } of entries) if (temporaryPattern.test(name)) this.#temporaries.add(join(folder, name));
    const files = entries.filter((entry) => isId(entry.name) && !entry.isDirectory());
    const found = await Promise.all(
      files.map(async ({ name }): Promise<StoredFile | undefined> => {
        const status = await stat(join(folder, name)).catch(undefinedIfMissing);
        return status?.isFile() ? { name, sizeBytes: status.size, modifiedMs: status.mtimeMs } : undefined;
      }),
    );
    return found.filter((file) => file !== undefined);
  }

  async #try<T>(action: StorageAction, work: () => Promise<T>, file?: StorageFile): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw localError({ location: this.location, action, file: file && pathOf(file) }, error);
    }
  }
}

/** Node reads a whole file in a fifth of the time that a handle takes for it: of snapshots there may be thousands. */
function ownBytes(buffer: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const isWhole = buffer.byteLength === buffer.buffer.byteLength;
  return isWhole ? new Uint8Array(buffer.buffer) : Uint8Array.from(buffer);
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { mode: folderMode }).catch((error: unknown) => {
    if (systemCode(error) !== "EEXIST") throw error;
  });
}

function undefinedIfMissing(error: unknown): undefined {
  const code = systemCode(error);
  if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
}
