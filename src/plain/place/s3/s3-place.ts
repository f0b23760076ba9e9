/**
 * A prefix of a bucket of an S3 server. A server shows an object when it has all of it, so no temporary names are needed; nothing there can be
 * renamed, so that a file gets another name by a copy on the server, and folders get none. Files bear the time that they are given as rclone
 * writes it (its S3 backend: X-Amz-Meta-Mtime), so that rclone gives it back.
 */
import type { Readable } from "node:stream";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";
import { type BytePath, bytePath, bytesOf, joinPath } from "../../../base/byte-path.ts";
import { eachConcurrently } from "../../../base/each-concurrently.ts";
import { ObhutError, reasonOf } from "../../../base/errors.ts";
import { reason } from "../../../base/reason-codes.ts";
import type { StorageAction } from "../../../base/storage-action.ts";
import { type S3Place as S3Address, s3Client } from "../../../storage/s3/s3-client.ts";
import { isMissing, isPrecondition, s3Error, statusOf, TooShortError } from "../../../storage/s3/s3-error.ts";
import type {
  Duplication,
  ListOptions,
  PlaceContent,
  PlaceEntry,
  PlainPlace,
  ReadOptions,
  WriteOptions,
} from "../place.ts";
import { shownPath } from "../shown-path.ts";
import { copyObject } from "./copy-object.ts";
import { ObjectSender } from "./send-object.ts";
import { abortUploads } from "./unfinished-uploads.ts";

export interface S3PlaceOptions extends Omit<S3Address, "connections"> {
  readonly location: string;
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  /** How many calls may usefully be under way at once. */
  readonly connections?: number;
}

export function s3Place(options: S3PlaceOptions): PlainPlace {
  return new S3Place(options);
}

/** Parts of large files, and looks and removals beside the files that are written. */
const moreSockets = 16;
const mostSockets = 64;

class S3Place implements PlainPlace {
  readonly location: string;
  readonly connections: number;
  readonly keepsTimes = false;
  readonly #client: S3Client;
  readonly #bucket: string;
  /** Empty, or with a slash at its end. */
  readonly #prefix: string;
  readonly #sender: ObjectSender;

  constructor({ location, bucket, prefix, connections = 32, ...address }: S3PlaceOptions) {
    this.location = location;
    this.connections = connections;
    this.#bucket = bucket;
    this.#prefix = prefix === "" ? "" : `${prefix}/`;
    this.#client = s3Client({ ...address, connections: Math.min(mostSockets, connections + moreSockets) });
    this.#sender = new ObjectSender({ client: this.#client, bucket });
  }

  async *list(folder: BytePath, { deep = false, signal }: ListOptions = {}): AsyncIterable<PlaceEntry> {
    signal?.throwIfAborted();
    const told = new Set<BytePath>();
    const prefix = folder === "" ? this.#prefix : `${this.#key(folder)}/`;
    for await (const page of this.#pages(folder, { prefix, delimiter: deep ? undefined : "/", signal })) {
      for (const { Prefix = "" } of page.CommonPrefixes ?? []) {
        const path = this.#pathOf(keyIn(page, Prefix).slice(0, -1));
        if (path !== undefined) yield { path, kind: "folder", sizeBytes: 0 };
      }
      for (const { Key = "", Size = 0, LastModified } of page.Contents ?? []) {
        const key = keyIn(page, Key);
        const path = this.#pathOf(key.replace(/\/$/, ""));
        if (path === undefined || path === folder) continue;
        const isFolder = key.endsWith("/");
        for (const above of foldersBetween(folder, isFolder ? joinPath(path, "x" as BytePath) : path)) {
          if (told.has(above)) continue;
          told.add(above);
          yield { path: above, kind: "folder", sizeBytes: 0 };
        }
        const modified = LastModified === undefined ? {} : { modifiedMs: LastModified.getTime() };
        if (!isFolder) yield { path, kind: "file", sizeBytes: Size, ...modified };
      }
    }
  }

  /** A bucket that is not there holds nothing. */
  async *#pages(
    folder: BytePath,
    { prefix, delimiter, signal }: { prefix: string; delimiter: string | undefined; signal: AbortSignal | undefined },
  ): AsyncGenerator<ListObjectsV2CommandOutput> {
    // Keys hold what XML cannot: then they come encoded as in a URL.
    const about = { Bucket: this.#bucket, Prefix: prefix, EncodingType: "url" } as const;
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const command = new ListObjectsV2Command({
        ...about,
        ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
        ...(token === undefined ? {} : { ContinuationToken: token }),
      });
      const page = await this.#try(
        "list",
        folder,
        () => this.#client.send(command, abortedBy(signal)).catch(undefinedIfMissing),
        signal,
      );
      if (page === undefined) return;
      yield page;
      token = page.NextContinuationToken;
    }
  }

  async look(path: BytePath): Promise<PlaceEntry | undefined> {
    if (path === "") return { path, kind: "folder", sizeBytes: 0 };
    const found = await this.#try("look at", path, () => this.#head(path));
    if (found !== undefined) return found;
    // A folder is what something lies in.
    for await (const page of this.#pages(path, { prefix: `${this.#key(path)}/`, delimiter: "/", signal: undefined })) {
      if ((page.KeyCount ?? 0) > 0) return { path, kind: "folder", sizeBytes: 0 };
    }
    return undefined;
  }

  async #head(path: BytePath): Promise<PlaceEntry | undefined> {
    try {
      const answer = await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: this.#key(path) }));
      const { ContentLength = 0, LastModified } = answer;
      const modified = LastModified === undefined ? {} : { modifiedMs: LastModified.getTime() };
      return { path, kind: "file", sizeBytes: ContentLength, ...modified };
    } catch (error) {
      if (isMissing(error)) return undefined;
      // The answer to HEAD has no body, so no reason; that to a list has.
      if ((statusOf(error) ?? 500) < 500) {
        await this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket, MaxKeys: 1 }));
      }
      throw error;
    }
  }

  async *read(path: BytePath, { from = 0, signal }: ReadOptions = {}): AsyncIterable<Uint8Array> {
    signal?.throwIfAborted();
    try {
      const answer = await this.#client.send(
        new GetObjectCommand({
          Bucket: this.#bucket,
          Key: this.#key(path),
          ...(from > 0 ? { Range: `bytes=${from}-` } : {}),
        }),
        abortedBy(signal),
      );
      const length = answer.ContentLength ?? 0;
      let got = 0;
      for await (const part of answer.Body as Readable as AsyncIterable<Uint8Array>) {
        got += part.length;
        yield part;
      }
      if (got !== length) throw new TooShortError(length, got);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      // Nothing lies behind the end.
      if (from > 0 && statusOf(error) === 416) return;
      throw s3Error({ location: this.location, action: "read", file: shownPath(path) }, error);
    }
  }

  async write(path: BytePath, content: PlaceContent, options: WriteOptions): Promise<void> {
    const { once = false, signal } = options;
    await this.#try(
      "write",
      path,
      async () => {
        const key = this.#key(path);
        if (once && (await this.#head(path)) !== undefined) throw this.#exists(path);
        try {
          await this.#sender.send(key, content, { ...options, once });
        } catch (error) {
          if (once && isPrecondition(error)) throw this.#exists(path, error);
          // A server that knows no conditions.
          if (!once || statusOf(error) !== 501) throw error;
          await this.#sender.send(key, content, { ...options, once: false });
        }
      },
      signal,
    );
  }

  /** The root is a bucket, which is made where it is missing; there are no other folders to make. */
  async makeFolder(path: BytePath): Promise<void> {
    if (path !== "") return;
    await this.#try("make the bucket", path, async () => {
      try {
        await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
      } catch (error) {
        // Who may not ask whether it is there may still be allowed to write into it.
        if (statusOf(error) === 403) return;
        if (!isMissing(error)) throw error;
        await this.#client.send(new CreateBucketCommand({ Bucket: this.#bucket }));
      }
    });
  }

  async rename(from: BytePath, to: BytePath): Promise<void> {
    await this.#copy("rename", from, to);
    await this.remove(from);
  }

  /** The server copies by itself. */
  async duplicate(existing: BytePath, made: BytePath, how: Duplication): Promise<void> {
    if (how === "reflink") {
      const why = reason("placeHasNoLinks", {});
      throw new ObhutError("STORAGE_LINKS", { location: this.location, reason: why });
    }
    await this.#copy("copy", existing, made);
  }

  async #copy(action: StorageAction, from: BytePath, to: BytePath): Promise<void> {
    await this.#try(action, from, async () => {
      const found = await this.#head(from);
      if (found === undefined) throw this.#missing(from);
      const place = { client: this.#client, bucket: this.#bucket };
      await copyObject(place, { from: this.#key(from), to: this.#key(to), sizeBytes: found.sizeBytes }).catch(
        (error: unknown) => {
          throw isMissing(error) ? this.#missing(from) : error;
        },
      );
    });
  }

  async remove(path: BytePath): Promise<void> {
    await this.#try("remove", path, async () => {
      const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: this.#key(path) });
      await this.#client.send(command).catch(undefinedIfMissing);
    });
  }

  async removeFolder(path: BytePath): Promise<void> {
    const keys: string[] = [];
    const prefix = path === "" ? this.#prefix : `${this.#key(path)}/`;
    for await (const page of this.#pages(path, { prefix, delimiter: undefined, signal: undefined })) {
      for (const { Key = "" } of page.Contents ?? []) keys.push(keyIn(page, Key));
    }
    await eachConcurrently(keys.length, this.connections, async (i) => {
      const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: keys[i] ?? "" });
      await this.#try("remove", path, () => this.#client.send(command).catch(undefinedIfMissing));
    });
  }

  /** Uploads in parts that nobody ended take space, and no listing shows them. */
  async tidy(signal?: AbortSignal): Promise<void> {
    const place = { client: this.#client, bucket: this.#bucket };
    await this.#try("tidy", "" as BytePath, () => abortUploads(place, this.#prefix, signal), signal);
  }

  /** A server answers when the bytes are as safe as it makes them. */
  async settle(): Promise<void> {}

  async freeBytes(): Promise<undefined> {
    return undefined;
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  /** Throws STORAGE_FAILED for a name that is not UTF-8: keys are text. */
  #key(path: BytePath): string {
    try {
      return this.#prefix + utf8.decode(bytesOf(path));
    } catch (error) {
      const about = { location: this.location, action: `write ${shownPath(path)}`, reason: reasonOf(error) };
      throw new ObhutError("STORAGE_FAILED", about, { cause: error });
    }
  }

  /** Undefined for keys that are no paths: with an empty name in them, or `.` or `..`. */
  #pathOf(key: string): BytePath | undefined {
    const names = key.slice(this.#prefix.length).split("/");
    if (!key.startsWith(this.#prefix) || names.some((name) => ["", ".", ".."].includes(name))) return undefined;
    return bytePath(names.join("/"));
  }

  #missing(path: BytePath): ObhutError {
    return new ObhutError("STORAGE_FILE_MISSING", { location: this.location, file: shownPath(path) });
  }

  #exists(path: BytePath, cause?: unknown): ObhutError {
    return new ObhutError("STORAGE_FILE_EXISTS", { location: this.location, file: shownPath(path) }, { cause });
  }

  async #try<T>(action: StorageAction, path: BytePath, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw s3Error({ location: this.location, action, file: shownPath(path) }, error);
    }
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** As servers encode keys in listings where they do as they were asked: a form's way, where a space may be a plus. */
function keyIn({ EncodingType }: ListObjectsV2CommandOutput, key: string): string {
  return EncodingType === "url" ? decodeURIComponent(key.replaceAll("+", "%20")) : key;
}

/** Those below `folder` that lead to `path`. */
function foldersBetween(folder: BytePath, path: BytePath): BytePath[] {
  const found: BytePath[] = [];
  const start = folder === "" ? 0 : folder.length + 1;
  for (let at = path.indexOf("/", start); at !== -1; at = path.indexOf("/", at + 1)) {
    found.push(path.slice(0, at) as BytePath);
  }
  return found;
}

function abortedBy(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

function undefinedIfMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}
