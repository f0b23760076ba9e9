/** A folder of this machine, or of a disk or share that is mounted on it. */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, lstat, open, readdir, rename, rm, statfs, unlink } from "node:fs/promises";
import {
  type BytePath,
  baseName,
  bytePath,
  bytePathOf,
  bytesOf,
  joinPath,
  parentPath,
} from "../../../base/byte-path.ts";
import { ObhutError, reasonOf, systemCode } from "../../../base/errors.ts";
import { MiB } from "../../../base/limits.ts";
import type { StorageAction } from "../../../base/storage-action.ts";
import { publishOnce, removeFile } from "../../../host/durable-write.ts";
import { syncFileSystem } from "../../../host/sync-file-system.ts";
import { localError } from "../../../storage/local/local-error.ts";
import {
  type Duplication,
  isTemporaryName,
  type ListOptions,
  type PlaceContent,
  type PlaceEntry,
  type PlainPlace,
  type ReadOptions,
  temporaryName,
  type WriteOptions,
} from "../place.ts";
import { shownPath } from "../shown-path.ts";
import { fillFile } from "./fill-file.ts";
import { LocalFolders } from "./local-folders.ts";

/** `root`: absolute path of the folder. `location`: how a person named it. */
export function localPlace(root: string, location: string = root): PlainPlace {
  return new LocalPlace(root, location);
}

const readBytes = MiB;

class LocalPlace implements PlainPlace {
  readonly location: string;
  readonly connections = 8;
  readonly keepsTimes = true;
  readonly #root: BytePath;
  readonly #folders: LocalFolders;
  #dirty = false;

  constructor(root: string, location: string) {
    this.location = location;
    this.#root = bytePath(root);
    this.#folders = new LocalFolders(this.#root);
  }

  async *list(folder: BytePath, options: ListOptions = {}): AsyncIterable<PlaceEntry> {
    options.signal?.throwIfAborted();
    const names = await this.#try("list", folder, () => this.#namesIn(folder));
    for (const name of names) {
      const entry = isTemporaryName(name) ? undefined : await this.look(below(folder, name));
      if (entry === undefined) continue;
      yield entry;
      if (options.deep && entry.kind === "folder") yield* this.list(entry.path, options);
    }
  }

  async #namesIn(folder: BytePath): Promise<BytePath[]> {
    try {
      return (await readdir(this.#at(folder), { encoding: "buffer" })).map(bytePathOf);
    } catch (error) {
      if (systemCode(error) === "ENOENT") return [];
      throw error;
    }
  }

  async look(path: BytePath): Promise<PlaceEntry | undefined> {
    return await this.#try("look at", path, async () => {
      const found = await lstat(this.#at(path)).catch(undefinedIfMissing);
      if (found === undefined) return undefined;
      const kind = found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
      return { path, kind, sizeBytes: kind === "file" ? found.size : 0, modifiedMs: found.mtimeMs };
    });
  }

  async *read(path: BytePath, { from = 0, signal }: ReadOptions = {}): AsyncIterable<Uint8Array> {
    signal?.throwIfAborted();
    await using file = await this.#try("read", path, () => open(this.#at(path), "r"));
    const { size, isFile } = await this.#try("read", path, async () => {
      const found = await file.stat();
      return { size: found.size, isFile: found.isFile() };
    });
    if (!isFile) throw this.#missing(path);
    for (let at = from; at < size; ) {
      signal?.throwIfAborted();
      const buffer = Buffer.allocUnsafe(Math.min(readBytes, size - at));
      const { bytesRead } = await this.#try("read", path, () => file.read(buffer, 0, buffer.length, at));
      if (bytesRead === 0) {
        const params = { location: this.location, file: shownPath(path), wanted: size, got: at };
        throw new ObhutError("STORAGE_SHORT_READ", params);
      }
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  async write(path: BytePath, content: PlaceContent, options: WriteOptions): Promise<void> {
    options.signal?.throwIfAborted();
    await this.#try("write", path, async () => {
      await this.#folders.make(parentOf(path));
      const temporary = bytesOf(joinPath(parentAt(this.#root, path), temporaryName(randomBytes)));
      try {
        await fillFile(temporary, content, options);
        await (options.once ? publishOnce(temporary, this.#at(path)) : rename(temporary, this.#at(path)));
      } catch (error) {
        await unlink(temporary).catch(() => undefined);
        throw error;
      }
      this.#dirty = true;
      if (options.durable === "now") await this.#folders.sync(parentOf(path));
    });
  }

  async makeFolder(path: BytePath): Promise<void> {
    await this.#try("make the folder", path, () => (path === "" ? this.#folders.makeRoot() : this.#folders.make(path)));
    this.#dirty = true;
  }

  async rename(from: BytePath, to: BytePath): Promise<void> {
    await this.#try("rename", from, () => this.#rename(from, to));
    this.#dirty = true;
  }

  /** Node's rename replaces an empty folder; a file of that name is refused by the system. */
  async renameFolder(from: BytePath, to: BytePath): Promise<void> {
    if ((await this.look(to)) !== undefined) {
      throw new ObhutError("STORAGE_FILE_EXISTS", { location: this.location, file: shownPath(to) });
    }
    await this.#try("rename", from, async () => {
      await this.#rename(from, to);
      this.#folders.forget(from);
      await this.#folders.sync(parentOf(to));
    });
  }

  async #rename(from: BytePath, to: BytePath): Promise<void> {
    if ((await this.look(from)) === undefined) throw this.#missing(from);
    await this.#folders.make(parentOf(to));
    await rename(this.#at(from), this.#at(to));
  }

  async link(existing: BytePath, made: BytePath): Promise<void> {
    await this.#try("link", made, async () => {
      await this.#folders.make(parentOf(made));
      await link(this.#at(existing), this.#at(made)).catch((error: unknown) => {
        throw this.#linkError(existing, error);
      });
      this.#dirty = true;
    });
  }

  async duplicate(existing: BytePath, made: BytePath, how: Duplication): Promise<void> {
    await this.#try("copy", made, async () => {
      await this.#folders.make(parentOf(made));
      const flags = how === "reflink" ? constants.COPYFILE_FICLONE_FORCE : constants.COPYFILE_FICLONE;
      await copyFile(this.#at(existing), this.#at(made), flags | constants.COPYFILE_EXCL).catch(
        async (error: unknown) => {
          if (systemCode(error) !== "EEXIST") await unlink(this.#at(made)).catch(() => undefined);
          throw how === "reflink" ? this.#linkError(existing, error) : error;
        },
      );
      this.#dirty = true;
    });
  }

  /** EMLINK too: a file of ten thousand copies (btrfs, ext4) has no room for another name. */
  #linkError(existing: BytePath, error: unknown): unknown {
    const code = systemCode(error) ?? "";
    if (code === "ENOENT") return this.#missing(existing);
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV", "EINVAL", "ENOTTY"].includes(code))
      return error;
    return new ObhutError("STORAGE_LINKS", { location: this.location, reason: reasonOf(error) }, { cause: error });
  }

  async remove(path: BytePath): Promise<void> {
    await this.#try("remove", path, () => removeFile(this.#at(path)));
    this.#dirty = true;
  }

  async removeFolder(path: BytePath): Promise<void> {
    await this.#try("remove", path, async () => {
      await rm(this.#at(path), { recursive: true, force: true, maxRetries: 3 });
      this.#folders.forget(path);
    });
    this.#dirty = true;
  }

  /** Whatever else is in a folder that many programs share is left alone. */
  async tidy(signal?: AbortSignal): Promise<void> {
    await this.#tidy("" as BytePath, signal);
  }

  async #tidy(folder: BytePath, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const entries = await this.#try("list", folder, () => this.#entriesIn(folder));
    for (const entry of entries) {
      const path = below(folder, bytePathOf(entry.name));
      if (entry.isDirectory()) await this.#tidy(path, signal);
      else if (isTemporaryName(baseName(path))) await this.remove(path);
    }
  }

  async #entriesIn(folder: BytePath) {
    try {
      return await readdir(this.#at(folder), { encoding: "buffer", withFileTypes: true });
    } catch (error) {
      if (systemCode(error) === "ENOENT") return [];
      throw error;
    }
  }

  async settle(): Promise<void> {
    if (!this.#dirty) return;
    await this.#try("sync", "" as BytePath, () => syncFileSystem(this.#root));
    this.#dirty = false;
  }

  async freeBytes(): Promise<number | undefined> {
    const { bavail, bsize } = await this.#try("look at", "" as BytePath, () => statfs(bytesOf(this.#root)));
    return bavail * bsize;
  }

  async close(): Promise<void> {}

  #missing(path: BytePath): ObhutError {
    return new ObhutError("STORAGE_FILE_MISSING", { location: this.location, file: shownPath(path) });
  }

  #at(path: BytePath): Buffer {
    return bytesOf(path === "" ? this.#root : joinPath(this.#root, path));
  }

  async #try<T>(action: StorageAction, path: BytePath, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw localError({ location: this.location, action, file: shownPath(path) }, error);
    }
  }
}

function below(folder: BytePath, name: BytePath): BytePath {
  return folder === "" ? name : joinPath(folder, name);
}

function parentOf(path: BytePath): BytePath {
  return path.includes("/") ? parentPath(path) : ("" as BytePath);
}

function parentAt(root: BytePath, path: BytePath): BytePath {
  const parent = parentOf(path);
  return parent === "" ? root : joinPath(root, parent);
}

function undefinedIfMissing(error: unknown): undefined {
  const code = systemCode(error);
  if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
}
