/**
 * A folder of another machine, over SFTP: a NAS that is not mounted here. Hard links and renames that replace are OpenSSH's extensions
 * (hardlink@openssh.com, posix-rename@openssh.com); a server without the second leaves a moment without the old file.
 */
import { randomBytes } from "node:crypto";
import { type BytePath, bytePath, bytePathOf, bytesOf, joinPath, parentPath } from "../../../base/byte-path.ts";
import { eachConcurrently } from "../../../base/each-concurrently.ts";
import { isObhutError, ObhutError, reasonOf } from "../../../base/errors.ts";
import { MiB } from "../../../base/limits.ts";
import type { LinePace } from "../../../base/pace.ts";
import type { StorageAction } from "../../../base/storage-action.ts";
import { type FileAttributes, fileKind } from "../../../host/sftp/attributes.ts";
import { isStatus, type SftpClient } from "../../../host/sftp/sftp-client.ts";
import { SftpStatusError } from "../../../host/sftp/sftp-connection.ts";
import { type SshChoices, type SshPlace, sshCommand } from "../../../host/sftp/ssh-command.ts";
import { openSshSession } from "../../../host/sftp/ssh-session.ts";
import { readInto } from "../../../host/sftp/transfer.ts";
import { makeFolder, makeFolders } from "../../../storage/sftp/make-folder.ts";
import { removeFile } from "../../../storage/sftp/save-file.ts";
import { SessionPool } from "../../../storage/sftp/session-pool.ts";
import { sftpError } from "../../../storage/sftp/sftp-error.ts";
import {
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
import { sendFile } from "./send-file.ts";

export interface SftpPlaceOptions extends SshChoices {
  readonly location: string;
  readonly place: SshPlace;
  /** Absolute, or from where the server puts the user. */
  readonly path: string;
  /** How many calls may be under way at once. */
  readonly connections?: number;
  readonly line?: LinePace;
}

/** Connects: what the server can do must be known. Errors: those of connecting (STORAGE_UNREACHABLE ...). */
export async function sftpPlace(options: SftpPlaceOptions): Promise<PlainPlace> {
  const place = new SftpPlace(options);
  try {
    return (await place.offersLinks()) ? place : Object.assign(place, { link: undefined });
  } catch (error) {
    await place.close();
    throw error;
  }
}

const readBytes = MiB;

class SftpPlace implements PlainPlace {
  readonly location: string;
  readonly connections: number;
  readonly keepsTimes = true;
  readonly #host: string;
  readonly #root: BytePath;
  readonly #sessions: SessionPool;
  readonly #made = new Set<BytePath>();

  constructor({ location, place, path, connections = 8, line, ...ssh }: SftpPlaceOptions) {
    this.location = location;
    this.connections = connections;
    this.#host = place.host;
    this.#root = bytePath(path);
    const open = (): ReturnType<typeof openSshSession> => openSshSession(sshCommand(place, ssh), line);
    this.#sessions = new SessionPool({ open, maxSessions: Math.min(2, connections), callsEach: 2 });
  }

  async offersLinks(): Promise<boolean> {
    return await this.#try("connect", "" as BytePath, async (client) => client.offers("hardLink"));
  }

  async *list(folder: BytePath, options: ListOptions = {}): AsyncIterable<PlaceEntry> {
    options.signal?.throwIfAborted();
    const entries = await this.#try("list", folder, (client) => this.#entriesIn(client, folder));
    for (const entry of entries) {
      yield entry;
      if (options.deep && entry.kind === "folder") yield* this.list(entry.path, options);
    }
  }

  async #entriesIn(client: SftpClient, folder: BytePath): Promise<PlaceEntry[]> {
    const found: PlaceEntry[] = [];
    try {
      for await (const { name, attributes } of client.readFolder(this.#at(folder))) {
        const path = below(folder, bytePathOf(name));
        if (!isTemporaryName(name.toString("latin1"))) found.push(entryOf(path, attributes));
      }
    } catch (error) {
      if (!isStatus(error, "noSuchFile")) throw error;
    }
    return found;
  }

  async look(path: BytePath): Promise<PlaceEntry | undefined> {
    return await this.#try("look at", path, (client) => this.#look(client, path));
  }

  async #look(client: SftpClient, path: BytePath): Promise<PlaceEntry | undefined> {
    try {
      return entryOf(path, await client.lstat(this.#at(path)));
    } catch (error) {
      if (isStatus(error, "noSuchFile")) return undefined;
      throw error;
    }
  }

  async *read(path: BytePath, { from = 0, signal }: ReadOptions = {}): AsyncIterable<Uint8Array> {
    signal?.throwIfAborted();
    const sizeBytes = await this.#try("read", path, async (client) => {
      const found = await this.#look(client, path);
      if (found?.kind !== "file") throw this.#missing(path);
      return found.sizeBytes;
    });
    for (let at = from; at < sizeBytes; at += readBytes) {
      const into = Buffer.allocUnsafe(Math.min(readBytes, sizeBytes - at));
      const got = await this.#try("read", path, (client) => this.#fill(client, path, { at, into, signal }), signal);
      if (got < into.length) {
        const params = { location: this.location, file: shownPath(path), wanted: sizeBytes, got: at + got };
        throw new ObhutError("STORAGE_SHORT_READ", params);
      }
      yield into;
    }
  }

  async #fill(
    client: SftpClient,
    path: BytePath,
    { at, into, signal }: { readonly at: number; readonly into: Buffer; readonly signal: AbortSignal | undefined },
  ): Promise<number> {
    const handle = await client.open(this.#at(path), ["read"]);
    try {
      return await readInto({ client, handle, signal }, at, into);
    } finally {
      client.close(handle).catch(() => undefined);
    }
  }

  async write(path: BytePath, content: PlaceContent, options: WriteOptions): Promise<void> {
    const { once = false, signal } = options;
    await this.#try(
      "write",
      path,
      async (client) => {
        await this.#makeFolders(client, parentOf(path));
        const temporary = this.#at(below(parentOf(path), temporaryName(randomBytes)));
        try {
          await sendFile(client, temporary, content, options);
          await this.#publish(client, temporary, { path, once });
        } catch (error) {
          await client.remove(temporary).catch(() => undefined);
          throw error;
        }
      },
      signal,
    );
  }

  async #publish(
    client: SftpClient,
    temporary: Buffer,
    { path, once }: { path: BytePath; once: boolean },
  ): Promise<void> {
    const to = this.#at(path);
    if (!once && client.offers("posixRename")) return await client.posixRename(temporary, to);
    try {
      if (once && (await this.#look(client, path)) !== undefined) throw this.#exists(path);
      await client.rename(temporary, to);
    } catch (error) {
      if (!(error instanceof SftpStatusError) || (await this.#look(client, path)) === undefined) throw error;
      if (once) throw this.#exists(path);
      await removeFile(client, to);
      await client.rename(temporary, to);
    }
  }

  async makeFolder(path: BytePath): Promise<void> {
    await this.#try("make the folder", path, async (client) => {
      if (path === "") await makeFolders(client, bytesOf(this.#root).toString("utf8"));
      else await this.#makeFolders(client, path);
    });
  }

  async #makeFolders(client: SftpClient, path: BytePath): Promise<void> {
    if (path === "" || this.#made.has(path)) return;
    await this.#makeFolders(client, parentOf(path));
    await makeFolder(client, this.#at(path));
    this.#made.add(path);
  }

  async rename(from: BytePath, to: BytePath): Promise<void> {
    await this.#try("rename", from, async (client) => {
      if ((await this.#look(client, from)) === undefined) throw this.#missing(from);
      await this.#makeFolders(client, parentOf(to));
      if (client.offers("posixRename")) return await client.posixRename(this.#at(from), this.#at(to));
      await removeFile(client, this.#at(to));
      await client.rename(this.#at(from), this.#at(to));
    });
  }

  async renameFolder(from: BytePath, to: BytePath): Promise<void> {
    await this.#try("rename", from, async (client) => {
      if ((await this.#look(client, from)) === undefined) throw this.#missing(from);
      if ((await this.#look(client, to)) !== undefined) throw this.#exists(to);
      await this.#makeFolders(client, parentOf(to));
      await client.rename(this.#at(from), this.#at(to));
      this.#forget(from);
    });
  }

  async link(existing: BytePath, made: BytePath): Promise<void> {
    await this.#try("link", made, async (client) => {
      await this.#makeFolders(client, parentOf(made));
      try {
        await client.hardLink(this.#at(existing), this.#at(made));
      } catch (error) {
        if (!(error instanceof SftpStatusError)) throw error;
        if ((await this.#look(client, existing)) === undefined) throw this.#missing(existing);
        if ((await this.#look(client, made)) !== undefined) throw this.#exists(made);
        throw new ObhutError("STORAGE_LINKS", { location: this.location, reason: reasonOf(error) }, { cause: error });
      }
    });
  }

  async remove(path: BytePath): Promise<void> {
    await this.#try("remove", path, async (client) => {
      if ((await this.#look(client, path)) !== undefined) await removeFile(client, this.#at(path));
    });
  }

  async removeFolder(path: BytePath): Promise<void> {
    if ((await this.look(path)) === undefined) return;
    const entries = await Array.fromAsync(this.list(path));
    const folders = entries.filter(({ kind }) => kind === "folder");
    const others = entries.filter(({ kind }) => kind !== "folder");
    await eachConcurrently(others.length, this.connections, (i) => this.remove(others[i]?.path ?? path));
    for (const folder of folders) await this.removeFolder(folder.path);
    await this.#try("remove", path, (client) => this.#removeEmpty(client, path));
    this.#forget(path);
  }

  /** What a dead run was writing is in no list. */
  async #removeEmpty(client: SftpClient, path: BytePath): Promise<void> {
    for await (const { name } of client.readFolder(this.#at(path))) {
      if (isTemporaryName(name.toString("latin1"))) await client.remove(this.#at(below(path, bytePathOf(name))));
    }
    await client.removeFolder(this.#at(path));
  }

  async tidy(signal?: AbortSignal): Promise<void> {
    await this.#tidy("" as BytePath, signal);
  }

  async #tidy(folder: BytePath, signal: AbortSignal | undefined): Promise<void> {
    const names = await this.#try("list", folder, (client) => this.#namesIn(client, folder), signal);
    for (const { name, isFolder } of names) {
      const path = below(folder, name);
      if (isFolder) await this.#tidy(path, signal);
      else if (isTemporaryName(name)) await this.remove(path);
    }
  }

  async #namesIn(client: SftpClient, folder: BytePath): Promise<{ name: BytePath; isFolder: boolean }[]> {
    const found: { name: BytePath; isFolder: boolean }[] = [];
    try {
      for await (const { name, attributes } of client.readFolder(this.#at(folder))) {
        found.push({ name: bytePathOf(name), isFolder: fileKind(attributes) === "folder" });
      }
    } catch (error) {
      if (!isStatus(error, "noSuchFile")) throw error;
    }
    return found;
  }

  /** Each file was synced when it was written, where the server can; names are as durable as it makes them. */
  async settle(): Promise<void> {}

  async freeBytes(): Promise<number | undefined> {
    return await this.#try("look at", "" as BytePath, async (client) =>
      client.offers("statvfs") ? (await client.freeSpace(this.#at("" as BytePath))).bytes : undefined,
    );
  }

  async close(): Promise<void> {
    await this.#sessions.close();
  }

  #forget(path: BytePath): void {
    for (const made of this.#made) if (made === path || made.startsWith(`${path}/`)) this.#made.delete(made);
  }

  #missing(path: BytePath): ObhutError {
    return new ObhutError("STORAGE_FILE_MISSING", { location: this.location, file: shownPath(path) });
  }

  #exists(path: BytePath): ObhutError {
    return new ObhutError("STORAGE_FILE_EXISTS", { location: this.location, file: shownPath(path) });
  }

  #at(path: BytePath): Buffer {
    return bytesOf(path === "" ? this.#root : joinPath(this.#root, path));
  }

  async #try<T>(
    action: StorageAction,
    path: BytePath,
    work: (client: SftpClient) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await this.#sessions.use(work, signal);
    } catch (error) {
      if (signal?.aborted && !isObhutError(error)) throw signal.reason;
      throw sftpError({ location: this.location, host: this.#host, action, file: shownPath(path) }, error);
    }
  }
}

function entryOf(path: BytePath, attributes: FileAttributes): PlaceEntry {
  const kind = { file: "file", folder: "folder", link: "other", other: "other", untold: "file" } as const;
  const is = kind[fileKind(attributes)];
  const { sizeBytes = 0, times } = attributes;
  const modified = times === undefined ? {} : { modifiedMs: times.modifiedSeconds * 1000 };
  return { path, kind: is, sizeBytes: is === "file" ? sizeBytes : 0, ...modified };
}

function below(folder: BytePath, name: BytePath): BytePath {
  return folder === "" ? name : joinPath(folder, name);
}

function parentOf(path: BytePath): BytePath {
  return path.includes("/") ? parentPath(path) : ("" as BytePath);
}
