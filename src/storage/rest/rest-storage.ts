/**
 * A repository behind restic's REST protocol: rest-server, or `rclone serve restic`. The server writes a file whole or not at all, and
 * may refuse to remove anything but locks. Source: restic's doc/REST_backend.rst.
 */
import { ObhutError } from "../../base/errors.ts";
import type { StorageAction, StorageVerb } from "../../base/storage-action.ts";
import type { HttpAnswer, HttpClient, HttpRequest } from "../../host/http/http-client.ts";
import type { ByteRange, FileType, Storage, StorageFile, StoredFile } from "../storage.ts";
import { rangeHeader, rangeOf } from "./byte-range.ts";
import { parseListing } from "./parse-listing.ts";
import { requestError, statusError } from "./rest-error.ts";

export interface RestStorageOptions {
  readonly location: string;
  /** Owned: closed with the storage. */
  readonly client: HttpClient;
  /** Of the repository on the server; begins and ends with a slash. */
  readonly basePath: string;
  readonly connections: number;
}

export function restStorage(options: RestStorageOptions): Storage {
  return new RestStorage(options);
}

/** Version 2 of the protocol: listings tell sizes. */
const acceptV2 = { Accept: "application/vnd.x.restic.rest.v2" };

class RestStorage implements Storage {
  readonly location: string;
  readonly connections: number;
  readonly #client: HttpClient;
  readonly #base: string;
  /** Not every server refuses to replace the config, so that of our own saves one is made at a time. */
  #savingConfig: Promise<unknown> = Promise.resolve();

  constructor({ location, client, basePath, connections }: RestStorageOptions) {
    this.location = location;
    this.connections = connections;
    this.#client = client;
    this.#base = basePath;
  }

  async create(): Promise<void> {
    const action = "create the repository's folders";
    const answer = await this.#ask(action, { method: "POST", path: "?create=true", body: new Uint8Array(0) });
    if (answer.status !== 200) throw statusError({ location: this.location, action }, answer);
  }

  async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (file.type !== "config") return await this.#save(file, bytes, signal);
    const saving = this.#savingConfig.then(() => this.#saveConfig(file, bytes, signal));
    this.#savingConfig = saving.catch(() => undefined);
    await saving;
  }

  /** A server that has the file refuses to replace it. What was truncated is none: a file's name is the hash of its content. */
  async #save(file: StorageFile, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const answer = await this.#post(file, bytes, signal);
    if (answer.status === 200) return;
    const size = answer.status === 403 ? await this.sizeOf(file) : undefined;
    if (size === bytes.length) return;
    if (size === undefined) throw this.#error("save", file, answer);
    await this.remove(file);
    const again = await this.#post(file, bytes, signal);
    if (again.status !== 200) throw this.#error("save", file, again);
  }

  async #saveConfig(file: StorageFile, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const exists = (): ObhutError =>
      new ObhutError("STORAGE_FILE_EXISTS", { location: this.location, file: pathOf(file) });
    if ((await this.sizeOf(file)) !== undefined) throw exists();
    const answer = await this.#post(file, bytes, signal);
    if (answer.status === 403 && (await this.sizeOf(file)) !== undefined) throw exists();
    if (answer.status !== 200) throw this.#error("save", file, answer);
    if (Buffer.compare(await this.load(file), bytes) !== 0) throw exists();
  }

  async #post(file: StorageFile, body: Uint8Array, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    const headers = { "Content-Type": "application/octet-stream" };
    return await this.#ask(`save ${pathOf(file)}`, { method: "POST", path: pathOf(file), headers, body, signal });
  }

  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    if (range?.length === 0) return await this.#loadNothing(file, range.offset);
    const headers = range === undefined ? {} : { Range: rangeHeader(range) };
    const answer = await this.#ask(`read ${pathOf(file)}`, { method: "GET", path: pathOf(file), headers, signal });
    if (answer.status === 404) throw this.#missing(file);
    const found = rangeOf(answer, range);
    if (found === undefined) throw this.#error("read", file, answer);
    if (found instanceof Uint8Array) return found;
    throw this.#shortRead(file, found);
  }

  /** A request cannot ask for no byte. */
  async #loadNothing(file: StorageFile, offset: number): Promise<Uint8Array<ArrayBuffer>> {
    const size = await this.sizeOf(file);
    if (size === undefined) throw this.#missing(file);
    if (offset > size) throw this.#shortRead(file, { wanted: 0, got: 0 });
    return new Uint8Array(0);
  }

  async sizeOf(file: StorageFile): Promise<number | undefined> {
    const action = `look at ${pathOf(file)}` as const;
    const answer = await this.#ask(action, { method: "HEAD", path: pathOf(file) });
    const { status, headers } = answer;
    if (status === 404) return undefined;
    const size = Number(headers["content-length"] ?? Number.NaN);
    if (status === 200 && Number.isSafeInteger(size)) return size;
    // The answer to HEAD has no body, so no reason.
    const telling = status === 400 ? await this.#ask(action, { method: "GET", path: pathOf(file) }) : answer;
    throw this.#error("look at", file, telling.status === 200 ? answer : telling);
  }

  async *list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile> {
    if (type === "config") {
      const sizeBytes = await this.sizeOf({ type, name: "" });
      if (sizeBytes !== undefined) yield { name: "", sizeBytes };
      return;
    }
    const action = `list ${type}` as const;
    const answer = await this.#ask(action, { method: "GET", path: `${type}/`, signal });
    // rclone has an empty listing for a folder that is not there; its "not found" is a failure of the place behind it.
    const isRclone = String(answer.headers["server"] ?? "").startsWith("rclone/");
    if (answer.status === 404 && !isRclone) return;
    const files = answer.status === 200 ? parseListing(answer.body) : undefined;
    if (files === undefined) throw statusError({ location: this.location, action }, answer);
    for (const { name, sizeBytes } of files) {
      signal?.throwIfAborted();
      // Version 1 of the protocol tells names alone.
      const size = sizeBytes ?? (await this.sizeOf({ type, name }));
      if (size !== undefined) yield { name, sizeBytes: size };
    }
  }

  async remove(file: StorageFile): Promise<void> {
    const answer = await this.#ask(`remove ${pathOf(file)}`, { method: "DELETE", path: pathOf(file) });
    if (answer.status !== 200 && answer.status !== 404) throw this.#error("remove", file, answer);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #ask(action: StorageAction, request: HttpRequest): Promise<HttpAnswer> {
    const { path, headers, signal } = request;
    signal?.throwIfAborted();
    try {
      return await this.#client.send({ ...request, path: this.#base + path, headers: { ...acceptV2, ...headers } });
    } catch (error) {
      throw requestError({ location: this.location, action }, error);
    }
  }

  #error(verb: StorageVerb, file: StorageFile, answer: HttpAnswer): ObhutError {
    return statusError({ location: this.location, action: `${verb} ${pathOf(file)}` }, answer);
  }

  #missing(file: StorageFile): ObhutError {
    return new ObhutError("STORAGE_FILE_MISSING", { location: this.location, file: pathOf(file) });
  }

  #shortRead(file: StorageFile, { wanted, got }: { readonly wanted: number; readonly got: number }): ObhutError {
    return new ObhutError("STORAGE_SHORT_READ", { location: this.location, file: pathOf(file), wanted, got });
  }
}

/** Below the repository: without the folders that other storages sort packs into. */
function pathOf({ type, name }: StorageFile): string {
  return type === "config" ? "config" : `${type}/${name}`;
}
