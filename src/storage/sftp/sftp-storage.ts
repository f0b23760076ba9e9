/**
 * A repository in a folder of another machine, over SFTP. The connection is OpenSSH's own client (docs/decisions/0901): its known_hosts,
 * keys, agent and ssh_config are a person's. Layout and names as in src/storage/local, so that restic opens the same folder.
 */
import { posix } from "node:path";
import { isObhutError, ObhutError } from "../../base/errors.ts";
import { isId } from "../../base/ids.ts";
import { temporaryPattern } from "../../host/durable-write.ts";
import { type FileAttributes, fileKind } from "../../host/sftp/attributes.ts";
import { isStatus, type SftpClient } from "../../host/sftp/sftp-client.ts";
import { SftpStatusError } from "../../host/sftp/sftp-connection.ts";
import { type SshChoices, type SshPlace, sshCommand } from "../../host/sftp/ssh-command.ts";
import { openSshSession } from "../../host/sftp/ssh-session.ts";
import { readInto } from "../../host/sftp/transfer.ts";
import { allFolders, dataFolders, folderOf, pathOf } from "../local/layout.ts";
import type { ByteRange, FileType, Storage, StorageFile, StoredFile } from "../storage.ts";
import { removeFile, saveFile } from "./save-file.ts";
import { SessionPool } from "./session-pool.ts";
import { sftpError } from "./sftp-error.ts";

export interface SftpStorageOptions {
  readonly location: string;
  readonly place: SshPlace;
  /** Of the repository's folder: absolute, or from where the server puts the user. */
  readonly path: string;
  readonly ssh?: SshChoices;
}

export function sftpStorage(options: SftpStorageOptions): Storage {
  return new SftpStorage(options);
}

const folderMode = 0o700;
/** Calls that are on their way at once. There are 256 folders of packs, and each costs four. */
const listedTogether = 32;
const maxSessions = 2;
const staleTemporaryMs = 24 * 60 * 60_000;

class SftpStorage implements Storage {
  readonly location: string;
  readonly connections = 5;
  readonly #host: string;
  readonly #root: string;
  readonly #sessions: SessionPool;
  /** Temporary files of calls whose connection ended, and those that a listing found to be old: removed after the next save that can. */
  readonly #left = new Set<string>();

  constructor({ location, place, path, ssh }: SftpStorageOptions) {
    this.location = location;
    this.#host = place.host;
    this.#root = path;
    const open = (): ReturnType<typeof openSshSession> => openSshSession(sshCommand(place, ssh));
    this.#sessions = new SessionPool({ open, maxSessions, callsEach: 2 });
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
    const work = (client: SftpClient): Promise<void> => this.#save(client, { file, bytes, signal });
    await this.#try("save", work, { file, signal });
  }

  async #save(
    client: SftpClient,
    { file, bytes, signal }: { file: StorageFile; bytes: Uint8Array; signal: AbortSignal | undefined },
  ): Promise<void> {
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
    await this.#tidy(client);
  }

  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#opened({ file, signal }, async (client, handle) => {
      if (range === undefined) return await this.#readWhole({ client, handle, signal }, file);
      // The size first: a range beyond the end must not make memory.
      const { sizeBytes = Number.POSITIVE_INFINITY } = await client.fstat(handle);
      if (range.offset + range.length > sizeBytes) throw this.#shortRead(file, range, sizeBytes - range.offset);
      const bytes = new Uint8Array(range.length);
      const got = await readInto({ client, handle, signal }, range.offset, bytes);
      if (got < range.length) throw this.#shortRead(file, range, got);
      return bytes;
    });
  }

  async loadInto(file: StorageFile, range: ByteRange, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#opened({ file, signal }, async (client, handle) => {
      const got = await readInto({ client, handle, signal }, range.offset, into.subarray(0, range.length));
      if (got < range.length) throw this.#shortRead(file, range, got);
    });
  }

  /** The size and the first piece are asked for together: most files of a repository but packs are no longer than that. */
  async #readWhole(
    { client, handle, signal }: { client: SftpClient; handle: Buffer; signal: AbortSignal | undefined },
    file: StorageFile,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const [{ sizeBytes }, first] = await Promise.all([client.fstat(handle), client.read(handle, 0, client.readBytes)]);
    if (sizeBytes === undefined) throw new Error("the server does not tell how long the file is");
    const bytes = new Uint8Array(sizeBytes);
    bytes.set(first.subarray(0, sizeBytes));
    if (first.length >= sizeBytes) return bytes;
    const got = await readInto({ client, handle, signal }, first.length, bytes.subarray(first.length));
    if (first.length + got < sizeBytes)
      throw this.#shortRead(file, { offset: 0, length: sizeBytes }, first.length + got);
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
      const list = (folder: string): Promise<StoredFile[]> =>
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

  async #opened<T>(
    { file, signal }: { file: StorageFile; signal: AbortSignal | undefined },
    work: (client: SftpClient, handle: Buffer) => Promise<T>,
  ): Promise<T> {
    return await this.#try(
      "read",
      async (client) => {
        const handle = await client.open(this.#path(file), ["read"]);
        try {
          return await work(client, handle);
        } finally {
          // Nobody waits for the answer: a connection that ends closes it too.
          client.close(handle).catch(() => undefined);
        }
      },
      { file, signal },
    );
  }

  async #filesIn(client: SftpClient, folder: string): Promise<StoredFile[]> {
    const found: StoredFile[] = [];
    try {
      for await (const { name, attributes } of client.readFolder(folder)) {
        const text = name.toString("latin1");
        if (temporaryPattern.test(text)) this.#noteOld(posix.join(folder, text), attributes);
        if (!isId(text)) continue;
        const file = await storedFile(client, { name: text, folder, attributes });
        if (file !== undefined) found.push(file);
      }
    } catch (error) {
      if (!isStatus(error, "noSuchFile")) throw error;
    }
    return found;
  }

  /** The two clocks may differ by less than a day: a file of a run at work is minutes old. */
  #noteOld(path: string, { times }: FileAttributes): void {
    if (times !== undefined && Date.now() - times.modifiedSeconds * 1000 > 2 * staleTemporaryMs) this.#left.add(path);
  }

  /** A listing alone removes nothing; who saved may remove what was left. */
  async #tidy(client: SftpClient): Promise<void> {
    for (const path of this.#left) {
      this.#left.delete(path);
      await client.remove(path).catch(() => undefined);
    }
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
    if (free === undefined || (free.bytes >= sizeBytes && free.files > 0)) return;
    const reason = (error as SftpStatusError).message;
    throw new ObhutError("STORAGE_FULL", { location: this.location, reason }, { cause: error });
  }

  #shortRead(file: StorageFile, { length }: ByteRange, got: number): ObhutError {
    const params = { location: this.location, file: pathOf(file), wanted: length, got: Math.max(0, got) };
    return new ObhutError("STORAGE_SHORT_READ", params);
  }

  async #try<T>(
    action: string,
    work: (client: SftpClient) => Promise<T>,
    { file, signal }: { file?: StorageFile; signal?: AbortSignal | undefined } = {},
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

/** Undefined for what is no file. A server that tells no size with the name, or a link, is asked. */
async function storedFile(
  client: SftpClient,
  { name, folder, attributes }: { name: string; folder: string; attributes: FileAttributes },
): Promise<StoredFile | undefined> {
  const told = fileKind(attributes) === "file" && attributes.sizeBytes !== undefined;
  const found = told ? attributes : await client.stat(posix.join(folder, name)).catch(undefinedIfMissing);
  if (found?.sizeBytes === undefined || !["file", "untold"].includes(fileKind(found))) return undefined;
  const modified = found.times === undefined ? {} : { modifiedMs: found.times.modifiedSeconds * 1000 };
  return { name, sizeBytes: found.sizeBytes, ...modified };
}

/** With those above it. */
async function makeFolders(client: SftpClient, path: string): Promise<void> {
  try {
    await makeFolder(client, path);
  } catch (error) {
    const above = posix.dirname(path);
    if (!isStatus(error, "noSuchFile") || above === path) throw error;
    await makeFolders(client, above);
    await makeFolder(client, path);
  }
}

/** One that is there is a success. */
async function makeFolder(client: SftpClient, path: string): Promise<void> {
  try {
    await client.makeFolder(path, { mode: folderMode });
  } catch (error) {
    if (!(error instanceof SftpStatusError)) throw error;
    const there = await client.stat(path).catch(() => undefined);
    if (there === undefined || fileKind(there) !== "folder") throw error;
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (!isStatus(error, "noSuchFile")) throw error;
}
