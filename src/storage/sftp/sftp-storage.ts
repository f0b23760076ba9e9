/**
 * A repository in a folder of another machine, over SFTP. The connection is OpenSSH's own client (docs/decisions/0901): its known_hosts,
 * keys, agent and ssh_config are a person's. Layout and names as in src/storage/local, so that restic opens the same folder.
 */
import { posix } from "node:path";
import { isObhutError, ObhutError } from "../../base/errors.ts";
import type { LinePace } from "../../base/pace.ts";
import type { StorageAction } from "../../base/storage-action.ts";
import { fileKind } from "../../host/sftp/attributes.ts";
import { isStatus, type SftpClient } from "../../host/sftp/sftp-client.ts";
import type { SftpStatusError } from "../../host/sftp/sftp-connection.ts";
import { type SshChoices, type SshPlace, sshCommand } from "../../host/sftp/ssh-command.ts";
import { openSshSession } from "../../host/sftp/ssh-session.ts";
import { allFolders, dataFolders, folderOf, pathOf } from "../local/layout.ts";
import type { ByteRange, FileType, Load, SharedBytes, Storage, StorageFile, StoredFile } from "../storage.ts";
import { listFolder } from "./list-folder.ts";
import { fillRange, readRange, readWhole, withOpenFile } from "./load-file.ts";
import { makeFolder, makeFolders } from "./make-folder.ts";
import { removeFile, saveFile } from "./save-file.ts";
import { SessionPool } from "./session-pool.ts";
import { sftpError } from "./sftp-error.ts";

export interface SftpStorageOptions extends SshChoices {
  readonly location: string;
  readonly place: SshPlace;
  /** Of the repository's folder: absolute, or from where the server puts the user. */
  readonly path: string;
  /** How many calls may be under way at once. */
  readonly connections?: number;
  readonly line?: LinePace;
}

export function sftpStorage(options: SftpStorageOptions): Storage {
  return new SftpStorage(options);
}

/** Calls that are on their way at once. There are 256 folders of packs, and each costs four. */
const listedTogether = 32;
const maxSessions = 2;
/** A temporary file this much older than one just made belongs to a run that died. */
const staleTemporaryMs = 24 * 60 * 60_000;

interface Call {
  readonly file: StorageFile;
  readonly signal: AbortSignal | undefined;
}

class SftpStorage implements Storage {
  readonly location: string;
  readonly connections: number;
  readonly #host: string;
  readonly #root: string;
  readonly #sessions: SessionPool;
  /** Temporary files of calls whose connection ended: removed after the next save. */
  readonly #left = new Set<string>();
  /** Temporary files that a listing met, with the time of their last change: of runs that died, or of one that is at work. */
  readonly #met = new Map<string, number>();

  constructor({ location, place, path, connections = 5, line, ...ssh }: SftpStorageOptions) {
    this.location = location;
    this.connections = connections;
    this.#host = place.host;
    this.#root = path;
    const open = (): ReturnType<typeof openSshSession> => openSshSession(sshCommand(place, ssh), line);
    this.#sessions = new SessionPool({ open, maxSessions: Math.min(maxSessions, connections), callsEach: 2 });
  }

  async create(): Promise<void> {
    await this.#try("create the repository's folders", async (client) => {
      await makeFolders(client, this.#root);
      const folders = allFolders();
      const isInner = (folder: string): boolean => folder.includes("/");
      for (const folder of folders.filter((one) => !isInner(one))) await makeFolder(client, this.#at(folder));
      const inner = folders.filter(isInner);
      for (let first = 0; first < inner.length; first += listedTogether) {
        const some = inner.slice(first, first + listedTogether);
        await Promise.all(some.map((folder) => makeFolder(client, this.#at(folder))));
      }
    });
  }

  async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#try("save", (client) => this.#save(client, bytes, { file, signal }), { file, signal });
  }

  async #save(client: SftpClient, bytes: Uint8Array, { file, signal }: Call): Promise<void> {
    const path = this.#path(file);
    const once = file.type === "config";
    if (!once && (await sizeAt(client, path)) === bytes.length) return;
    const onLeft = (temporary: string): unknown => this.#left.add(temporary);
    const write = (): Promise<void> => saveFile(client, { path, bytes, once, signal, onLeft });
    try {
      await write().catch(async (error: unknown) => {
        if (!isStatus(error, "noSuchFile")) throw error;
        await this.#makeMissing(client, file);
        await write();
      });
    } catch (error) {
      await this.#throwIfFull(client, error, bytes.length);
      throw error;
    }
    await this.#tidy(client, file, path);
  }

  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#read({ file, signal }, (open) =>
      range === undefined ? readWhole(open) : readRange(open, range),
    );
  }

  async loadInto({ file, range, signal }: Load, memory: SharedBytes): Promise<SharedBytes> {
    const bytes = memory.subarray(0, range.length);
    await this.#read({ file, signal }, (open) => fillRange(open, range.offset, bytes));
    return bytes;
  }

  async sizeOf(file: StorageFile): Promise<number | undefined> {
    return await this.#try("look at", (client) => sizeAt(client, this.#path(file)), { file });
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
      const list = (folder: string): Promise<readonly StoredFile[]> =>
        this.#try(`list ${folder}`, (client) => this.#filesIn(client, this.#at(folder)), { signal });
      for (const files of await Promise.all(folders.slice(first, first + listedTogether).map(list))) yield* files;
    }
  }

  async remove(file: StorageFile): Promise<void> {
    await this.#try("remove", (client) => removeFile(client, this.#path(file)), { file });
  }

  async close(): Promise<void> {
    await this.#sessions.close();
  }

  #at(below: string): string {
    return posix.join(this.#root, below);
  }

  #path(file: StorageFile): string {
    return this.#at(pathOf(file));
  }

  async #read<T>({ file, signal }: Call, work: Parameters<typeof withOpenFile<T>>[2]): Promise<T> {
    const path = this.#path(file);
    return await this.#try("read", (client) => withOpenFile(client, { path, signal }, work), { file, signal });
  }

  async #filesIn(client: SftpClient, folder: string): Promise<readonly StoredFile[]> {
    const { files, temporaries } = await listFolder(client, folder);
    for (const { path, modifiedMs } of temporaries) this.#met.set(path, modifiedMs);
    return files;
  }

  /** `written`: what was saved just now. */
  async #tidy(client: SftpClient, { type }: StorageFile, written: string): Promise<void> {
    // A run's last write: what lies in folders that it wrote nothing to was met when it listed them.
    if (type === "snapshots" && this.#met.size > 0) await this.#noteStale(client, written);
    for (const path of this.#left) {
      this.#left.delete(path);
      await client.remove(path).catch(() => undefined);
    }
  }

  /** The server's own clock decides: a file written just now shows it. */
  async #noteStale(client: SftpClient, written: string): Promise<void> {
    const nowSeconds = (await client.stat(written).catch(() => undefined))?.times?.modifiedSeconds ?? 0;
    for (const [path, modifiedMs] of this.#met) {
      if (nowSeconds * 1000 - modifiedMs > staleTemporaryMs) this.#left.add(path);
    }
    this.#met.clear();
  }

  /** Only the layout's own folders are made: a root that is gone is a disk that is not mounted, not a place to fill. */
  async #makeMissing(client: SftpClient, file: StorageFile): Promise<void> {
    if (file.type === "config") return;
    if (file.type === "data") await makeFolder(client, this.#at("data"));
    await makeFolder(client, this.#at(folderOf(file)));
  }

  /** The protocol has no word for a full disk: where the server fails for no reason it can name, its free space is looked at. */
  async #throwIfFull(client: SftpClient, error: unknown, sizeBytes: number): Promise<void> {
    if (!isStatus(error, "failure") || !client.offers("statvfs")) return;
    const free = await client.freeSpace(this.#root).catch(() => undefined);
    // Others that did not fit either have given their part back meanwhile.
    if (free === undefined || (free.bytes >= sizeBytes * this.connections && free.files > 0)) return;
    const reason = (error as SftpStatusError).message;
    throw new ObhutError("STORAGE_FULL", { location: this.location, reason }, { cause: error });
  }

  async #try<T>(
    action: StorageAction,
    work: (client: SftpClient) => Promise<T>,
    { file, signal }: Partial<Call> = {},
  ): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await this.#sessions.use(work, signal);
    } catch (error) {
      if (signal?.aborted && !isObhutError(error)) throw signal.reason;
      throw sftpError({ location: this.location, host: this.#host, action, file: file && pathOf(file) }, error);
    }
  }
}

async function sizeAt(client: SftpClient, path: string): Promise<number | undefined> {
  try {
    const found = await client.stat(path);
    return fileKind(found) === "folder" ? undefined : found.sizeBytes;
  } catch (error) {
    if (isStatus(error, "noSuchFile")) return undefined;
    throw error;
  }
}
