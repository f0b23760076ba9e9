/**
 * A folder of any of rclone's remotes, through its remote control. rclone takes each file from this machine's disk, writes it under another name
 * first where that shows half a file, compares sums, and copies and renames on the server where the remote can.
 */
import { stat, unlink, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type BytePath, baseName, bytePath, bytesOf } from "../../../base/byte-path.ts";
import { ObhutError, reasonOf } from "../../../base/errors.ts";
import { reason } from "../../../base/reason-codes.ts";
import type { StorageAction } from "../../../base/storage-action.ts";
import { RcloneCallError } from "../../../host/rclone/remote-control.ts";
import { fillFile } from "../local/fill-file.ts";
import {
  type Duplication,
  isTemporaryName,
  type ListOptions,
  type PlaceContent,
  type PlaceEntry,
  type PlainPlace,
  partialSuffix,
  type ReadOptions,
  type WriteOptions,
} from "../place.ts";
import { shownPath } from "../shown-path.ts";
import { RcloneCalls, type RcloneCallsOptions } from "./rclone-calls.ts";
import { isNotThere, rclonePlaceError } from "./rclone-place-error.ts";
import { type RemoteFeatures, remoteFeatures } from "./remote-features.ts";

export interface RclonePlaceOptions extends Omit<RcloneCallsOptions, "words"> {
  /** What rclone is given: `remote:path`. */
  readonly remote: string;
  /** How many files may be on their way at once, and how many questions (rclone: --transfers, --checkers). */
  readonly transfers: number;
  readonly checkers: number;
  /** Bytes a second. */
  readonly pace?: { readonly upload: number | undefined; readonly download: number | undefined };
}

/** Starts rclone: what the remote can do must be known. Errors: RCLONE_MISSING, RCLONE_NOT_READY. */
export async function rclonePlace(options: RclonePlaceOptions): Promise<PlainPlace> {
  const { location, remote } = options;
  const calls = await RcloneCalls.open({ ...options, words: wordsFor(options) });
  try {
    const features = remoteFeatures(await calls.call("operations/fsinfo", { fs: remote }));
    const place = new RclonePlace(options, calls, features);
    return features.copies ? place : Object.assign(place, { duplicate: undefined });
  } catch (error) {
    await calls.close();
    if (!(error instanceof RcloneCallError)) throw error;
    throw new ObhutError("RCLONE_NOT_READY", { location, reason: reasonOf(error) }, { cause: error });
  }
}

/** Nobody could answer a question, and files that are removed from B2 are gone, as for repositories. */
function wordsFor({ transfers, checkers, pace }: RclonePlaceOptions): string[] {
  const rate = (bytes: number | undefined): string => (bytes === undefined ? "off" : `${bytes}B`);
  const limited = pace?.upload !== undefined || pace?.download !== undefined;
  return [
    ...["--transfers", String(transfers), "--checkers", String(checkers), "--partial-suffix", partialSuffix],
    ...["--b2-hard-delete", "--ask-password=false"],
    ...(limited ? ["--bwlimit", `${rate(pace?.upload)}:${rate(pace?.download)}`] : []),
  ];
}

/** rclone leaves out what has the same size and time; a database may have both and other bytes. */
const always = { _config: { IgnoreTimes: true } };

class RclonePlace implements PlainPlace {
  readonly location: string;
  readonly connections: number;
  readonly keepsTimes: boolean;
  readonly #remote: string;
  readonly #calls: RcloneCalls;
  readonly #features: RemoteFeatures;
  #sent = 0;

  constructor({ location, remote, transfers }: RclonePlaceOptions, calls: RcloneCalls, features: RemoteFeatures) {
    this.location = location;
    this.connections = transfers;
    this.#remote = remote;
    this.#calls = calls;
    this.#features = features;
    this.keepsTimes = !features.slowTimes && (features.precisionNs ?? Number.POSITIVE_INFINITY) <= 2_000_000_000;
  }

  async *list(folder: BytePath, options: ListOptions = {}): AsyncIterable<PlaceEntry> {
    for (const entry of await this.#listAll(folder, options)) {
      if (!isTemporaryName(baseName(entry.path))) yield entry;
    }
  }

  async #listAll(folder: BytePath, { deep = false, signal }: ListOptions): Promise<PlaceEntry[]> {
    const opt = { recurse: deep, noModTime: this.#features.slowTimes, noMimeType: true };
    const answer = await this.#try(
      "list",
      folder,
      () => this.#calls.call("operations/list", { ...this.#at(folder), opt }, signal).catch(undefinedIfNotThere),
      signal,
    );
    const list = answer?.["list"];
    return Array.isArray(list) ? list.flatMap((item: unknown) => entryOf(item) ?? []) : [];
  }

  async look(path: BytePath): Promise<PlaceEntry | undefined> {
    const opt = { noModTime: this.#features.slowTimes, noMimeType: true };
    const answer = await this.#try("look at", path, () =>
      this.#calls.call("operations/stat", { ...this.#at(path), opt }).catch(undefinedIfNotThere),
    );
    const found = entryOf(answer?.["item"]);
    return found && { ...found, path };
  }

  async *read(path: BytePath, { from = 0, signal }: ReadOptions = {}): AsyncIterable<Uint8Array> {
    signal?.throwIfAborted();
    try {
      const answer = await this.#calls.file({ ...this.#fileAt(path), from }, signal);
      if (answer === undefined) return;
      const wanted = Number(answer.headers["content-length"]);
      let got = 0;
      for await (const part of answer as AsyncIterable<Uint8Array>) {
        got += part.length;
        yield part;
      }
      if (got !== wanted) {
        throw new ObhutError("STORAGE_SHORT_READ", { location: this.location, file: shownPath(path), wanted, got });
      }
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw rclonePlaceError({ location: this.location, action: "read", file: shownPath(path) }, error);
    }
  }

  async write(path: BytePath, content: PlaceContent, options: WriteOptions): Promise<void> {
    const { once = false, signal } = options;
    await this.#try(
      "write",
      path,
      async () => {
        const to = this.#at(path);
        if (once && (await this.look(path)) !== undefined) {
          throw new ObhutError("STORAGE_FILE_EXISTS", { location: this.location, file: shownPath(path) });
        }
        const file = content.file ?? (await this.#put(content, options));
        try {
          if (content.file !== undefined) await this.#prepare(content.file, content, options);
          const from = { srcFs: dirname(file), srcRemote: basename(file) };
          const call = { ...from, dstFs: to.fs, dstRemote: to.remote, ...always };
          await this.#calls.call("operations/copyfile", call, signal);
        } finally {
          if (content.file === undefined) await unlink(file).catch(() => undefined);
        }
      },
      signal,
    );
  }

  /** rclone takes files, and gives what it writes the file's time. */
  async #put(content: PlaceContent, options: WriteOptions): Promise<string> {
    this.#sent += 1;
    const file = join(this.#calls.scratch.folder, `send-${this.#sent}`);
    try {
      await fillFile(Buffer.from(file), content, { ...options, durable: "settle" });
      return file;
    } catch (error) {
      await unlink(file).catch(() => undefined);
      throw error;
    }
  }

  async #prepare(file: string, { sizeBytes }: PlaceContent, { modifiedMs }: WriteOptions): Promise<void> {
    const { size, mtimeMs } = await stat(file);
    if (size !== sizeBytes) throw new Error(`${size} of ${sizeBytes} bytes came`);
    // Not twice: rclone looks whether a file changes under it.
    if (modifiedMs !== undefined && Math.abs(mtimeMs - modifiedMs) >= 1) {
      await utimes(file, modifiedMs / 1000, modifiedMs / 1000);
    }
  }

  async makeFolder(path: BytePath): Promise<void> {
    if (path !== "" && !this.#features.hasFolders) return;
    await this.#try("make the folder", path, () => this.#calls.call("operations/mkdir", this.#at(path)));
  }

  async rename(from: BytePath, to: BytePath): Promise<void> {
    const { copies, moves } = this.#features;
    // rclone removes what is there before it moves: a copy that replaces it is better, where the remote makes one by itself.
    const replaces = copies && moves && (await this.look(to)) !== undefined;
    await this.#transfer("rename", replaces ? "operations/copyfile" : "operations/movefile", from, to);
    if (replaces) await this.remove(from);
  }

  /** The server copies by itself. Absent where it does not. */
  async duplicate(existing: BytePath, made: BytePath, how: Duplication): Promise<void> {
    if (how === "reflink") {
      const why = reason("placeHasNoLinks", {});
      throw new ObhutError("STORAGE_LINKS", { location: this.location, reason: why });
    }
    await this.#transfer("copy", "operations/copyfile", existing, made);
  }

  async #transfer(action: StorageAction, call: string, from: BytePath, to: BytePath): Promise<void> {
    await this.#try(action, from, async () => {
      const [source, target] = [this.#at(from), this.#at(to)];
      const names = { srcFs: source.fs, srcRemote: source.remote, dstFs: target.fs, dstRemote: target.remote };
      await this.#calls.call(call, { ...names, ...always });
    });
  }

  async remove(path: BytePath): Promise<void> {
    await this.#try("remove", path, () =>
      this.#calls.call("operations/deletefile", this.#at(path)).catch(undefinedIfNotThere),
    );
  }

  async removeFolder(path: BytePath): Promise<void> {
    if ((await this.look(path)) === undefined) return;
    await this.#try("remove", path, () =>
      this.#calls.call("operations/purge", this.#at(path)).catch(undefinedIfNotThere),
    );
  }

  async tidy(signal?: AbortSignal): Promise<void> {
    if (!this.#features.writesPartly) return;
    for (const { path } of await this.#listAll("" as BytePath, { deep: true, signal })) {
      if (isTemporaryName(baseName(path))) await this.remove(path);
    }
  }

  /** rclone answers when a file is as safe as the remote makes it. */
  async settle(): Promise<void> {}

  async freeBytes(): Promise<number | undefined> {
    // Many remotes do not tell.
    const about = await this.#calls.call("operations/about", { fs: this.#remote }).catch(() => ({}));
    const { free } = about as { readonly free?: unknown };
    return typeof free === "number" ? free : undefined;
  }

  async close(): Promise<void> {
    await this.#calls.close();
  }

  /** Throws for a name that is not UTF-8: calls are text. */
  #at(path: BytePath): { readonly fs: string; readonly remote: string } {
    return { fs: this.#remote, remote: utf8.decode(bytesOf(path)) };
  }

  /** In an address a bracket ends the remote: one that has one goes before the path. */
  #fileAt(path: BytePath): { readonly remote: string; readonly path: string } {
    const { fs, remote } = this.#at(path);
    if (!fs.includes("]")) return { remote: fs, path: remote };
    const colon = fs.indexOf(":");
    return { remote: fs.slice(0, colon + 1), path: `${fs.slice(colon + 1).replace(/\/+$/, "")}/${remote}` };
  }

  async #try<T>(action: StorageAction, path: BytePath, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw rclonePlaceError({ location: this.location, action, file: shownPath(path) }, error);
    }
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Undefined for what is none. A document that has no size until it is exported is no file of ours. */
function entryOf(item: unknown): PlaceEntry | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const { Path, Size, ModTime, IsDir } = item as Readonly<Record<string, unknown>>;
  if (typeof Path !== "string") return undefined;
  const modifiedMs = typeof ModTime === "string" ? Date.parse(ModTime) : Number.NaN;
  const kind = IsDir === true ? "folder" : typeof Size === "number" && Size >= 0 ? "file" : "other";
  const sizeBytes = kind === "file" ? Number(Size) : 0;
  return { path: bytePath(Path), kind, sizeBytes, ...(Number.isNaN(modifiedMs) ? {} : { modifiedMs }) };
}

function undefinedIfNotThere(error: unknown): undefined {
  if (!isNotThere(error)) throw error;
}
