/**
 * A repository in a bucket of an S3 server: AWS, MinIO, Garage, Ceph and the others. Keys are restic's (its backend's default layout),
 * so that restic opens the same place. A server shows an object when it has all of it, so no temporary names are needed.
 */
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ObjectLockMode,
  PutObjectCommand,
  PutObjectRetentionCommand,
  type S3Client,
  type StorageClass,
} from "@aws-sdk/client-s3";
import { ObhutError } from "../../base/errors.ts";
import { isId } from "../../base/ids.ts";
import type { StorageAction } from "../../base/storage-action.ts";
import type { TlsChoices } from "../../host/http/tls-choices.ts";
import { pathOf } from "../local/layout.ts";
import type { ByteRange, FileType, Storage, StorageFile, StoredFile } from "../storage.ts";
import { isFresh, isLocked, lockMode, type ObjectLock, retainUntil } from "./retention.ts";
import { type BucketLookup, type S3Place, s3Client } from "./s3-client.ts";
import { isMissing, isPrecondition, s3Error, statusOf, TooShortError } from "./s3-error.ts";

export interface S3StorageOptions {
  readonly location: string;
  readonly endpoint: S3Place["endpoint"];
  readonly credentials?: NonNullable<S3Place["credentials"]>;
  /** For buckets that know object lock. */
  readonly objectLock?: ObjectLock;
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tls?: TlsChoices;
  readonly region?: string;
  readonly bucketLookup?: BucketLookup;
  /** Of packs: STANDARD_IA, ONEZONE_IA, GLACIER_IR ... What is slow to come back is for packs of data alone. */
  readonly storageClass?: string;
  /** How many calls may be under way at once. */
  readonly connections?: number;
}

export function s3Storage(options: S3StorageOptions): Storage {
  return new S3Storage(options);
}

/** Classes whose objects have to be asked for hours before: folders and snapshots must not lie there. */
const archives = ["GLACIER", "DEEP_ARCHIVE"];

interface Call {
  readonly file: StorageFile;
  readonly signal: AbortSignal | undefined;
}

class S3Storage implements Storage {
  readonly location: string;
  readonly connections: number;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #storageClass: string | undefined;
  readonly #objectLock: ObjectLock | undefined;
  readonly extend?: NonNullable<Storage["extend"]>;

  constructor({ location, bucket, prefix, storageClass, objectLock, connections = 5, ...place }: S3StorageOptions) {
    this.location = location;
    this.connections = connections;
    this.#bucket = bucket;
    this.#prefix = prefix === "" ? "" : `${prefix}/`;
    this.#storageClass = storageClass;
    this.#objectLock = objectLock;
    if (objectLock) this.extend = (file, at, signal) => this.#extend(objectLock, { file, signal }, at);
    this.#client = s3Client({ ...place, connections });
  }

  /** The bucket, where it is missing. Who may not ask whether it is there may still be allowed to write into it. */
  async create(): Promise<void> {
    await this.#try("make the bucket", async () => {
      try {
        await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
      } catch (error) {
        if (statusOf(error) === 403) return;
        if (!isMissing(error)) throw error;
        await this.#client.send(
          new CreateBucketCommand({
            Bucket: this.#bucket,
            ...(this.#objectLock && { ObjectLockEnabledForBucket: true }),
          }),
        );
      }
    });
  }

  async save(file: StorageFile, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#try(
      "save",
      () => (file.type === "config" ? this.#saveOnce(bytes, { file, signal }) : this.#put(bytes, { file, signal })),
      {
        file,
        signal,
      },
    );
  }

  /** Two that make a repository at once: the server lets one of them through, if it knows conditions. */
  async #saveOnce(bytes: Uint8Array, call: Call): Promise<void> {
    const taken = (cause?: unknown): ObhutError =>
      new ObhutError("STORAGE_FILE_EXISTS", { location: this.location, file: pathOf(call.file) }, { cause });
    if ((await this.#sizeOf(call)) !== undefined) throw taken();
    try {
      await this.#put(bytes, call, { IfNoneMatch: "*" });
    } catch (error) {
      if (isPrecondition(error)) throw taken(error);
      if (statusOf(error) !== 501) throw error;
      await this.#put(bytes, call);
    }
  }

  async #put(
    bytes: Uint8Array,
    { file, signal }: Call,
    condition: { readonly IfNoneMatch?: string } = {},
  ): Promise<void> {
    // A view of a shared buffer is no body to the SDK; this one is not copied.
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: this.#key(file),
      Body: body,
      ContentLength: body.length,
      ContentMD5: createHash("md5").update(body).digest("base64"),
      ...this.#classOf(file),
      ...this.#retentionOf(file),
      ...condition,
    });
    await this.#client.send(command, abortedBy(signal));
  }

  #retentionOf({ type }: StorageFile): {
    readonly ObjectLockMode?: ObjectLockMode;
    readonly ObjectLockRetainUntilDate?: Date;
  } {
    const lock = this.#objectLock;
    if (lock === undefined || !isLocked(type)) return {};
    return { ObjectLockMode: lockMode(lock), ObjectLockRetainUntilDate: retainUntil(lock, Date.now()) };
  }

  async #extend(lock: ObjectLock, { file, signal }: Call, modifiedMs: number | undefined): Promise<boolean> {
    const nowMs = Date.now();
    if (!isLocked(file.type) || isFresh(lock, modifiedMs, nowMs)) return false;
    const place = { Bucket: this.#bucket, Key: this.#key(file) };
    const until = retainUntil(lock, nowMs);
    const Retention = { Mode: lockMode(lock), RetainUntilDate: until };
    return await this.#try(
      "lock",
      async () => {
        try {
          await this.#client.send(new PutObjectRetentionCommand({ ...place, Retention }), abortedBy(signal));
          return true;
        } catch (error) {
          // A longer period, or a stricter mode, cannot be replaced by this one, and need not be.
          const now = await this.#client
            .send(new GetObjectRetentionCommand(place), abortedBy(signal))
            .catch(() => null);
          if ((now?.Retention?.RetainUntilDate?.getTime() ?? 0) >= until.getTime()) return false;
          throw error;
        }
      },
      { file, signal },
    );
  }

  #classOf({ type, holds }: StorageFile): { readonly StorageClass?: StorageClass } {
    const chosen = this.#storageClass;
    if (chosen === undefined || type !== "data") return {};
    if (archives.includes(chosen) && holds === "trees") return {};
    return { StorageClass: chosen as StorageClass };
  }

  async load(file: StorageFile, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#try("read", () => this.#load({ file, signal }, range), { file, signal });
  }

  async #load({ file, signal }: Call, range: ByteRange | undefined): Promise<Uint8Array<ArrayBuffer>> {
    const place = { Bucket: this.#bucket, Key: this.#key(file) };
    if (range?.length === 0) {
      // A range of nothing cannot be asked for.
      await this.#client.send(new HeadObjectCommand(place), abortedBy(signal));
      return new Uint8Array(0);
    }
    const asked = range === undefined ? {} : { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` };
    const answer = await this.#client
      .send(new GetObjectCommand({ ...place, ...asked }), abortedBy(signal))
      .catch((error: unknown) => {
        throw statusOf(error) === 416 ? new TooShortError(range?.length ?? 0, 0) : error;
      });
    const body = answer.Body as Readable;
    const length = answer.ContentLength ?? 0;
    if (range !== undefined && length !== range.length) {
      body.destroy();
      throw new TooShortError(range.length, length);
    }
    return await readAll(body, length);
  }

  async sizeOf(file: StorageFile): Promise<number | undefined> {
    return await this.#try("look at", () => this.#sizeOf({ file, signal: undefined }), { file });
  }

  async #sizeOf({ file, signal }: Call): Promise<number | undefined> {
    try {
      const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: this.#key(file) });
      return (await this.#client.send(command, abortedBy(signal))).ContentLength ?? 0;
    } catch (error) {
      const missing = isMissing(error);
      // The answer to HEAD has no body, so no reason; that to a list has. Some servers say 404 to whoever is not signed in.
      if (missing ? file.type === "config" : (statusOf(error) ?? 500) < 500) {
        await this.#send(new ListObjectsV2Command({ Bucket: this.#bucket, MaxKeys: 1 }), signal);
      }
      if (missing) return undefined;
      throw error;
    }
  }

  async *list(type: FileType, signal?: AbortSignal): AsyncIterable<StoredFile> {
    if (type === "config") {
      const sizeBytes = await this.sizeOf({ type, name: "" });
      if (sizeBytes !== undefined) yield { name: "", sizeBytes };
      return;
    }
    const about = { Bucket: this.#bucket, Prefix: `${this.#prefix}${type}/` };
    for (let token: string | undefined, more = true; more; ) {
      const page = new ListObjectsV2Command({ ...about, ...(token === undefined ? {} : { ContinuationToken: token }) });
      const answer = await this.#try(`list ${type}`, () => this.#send(page, signal), { signal });
      for (const { Key = "", Size = 0, LastModified } of answer?.Contents ?? []) {
        const name = Key.slice(Key.lastIndexOf("/") + 1);
        if (!isId(name)) continue;
        yield { name, sizeBytes: Size, ...(LastModified ? { modifiedMs: LastModified.getTime() } : {}) };
      }
      token = answer?.NextContinuationToken;
      more = token !== undefined;
    }
  }

  /** A bucket that is not there holds nothing. */
  async #send(page: ListObjectsV2Command, signal: AbortSignal | undefined) {
    return await this.#client.send(page, abortedBy(signal)).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
  }

  async remove(file: StorageFile): Promise<void> {
    await this.#try(
      "remove",
      async () => {
        const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: this.#key(file) });
        await this.#client.send(command).catch((error: unknown) => {
          if (!isMissing(error)) throw error;
        });
      },
      { file },
    );
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #key(file: StorageFile): string {
    return this.#prefix + pathOf(file);
  }

  async #try<T>(action: StorageAction, work: () => Promise<T>, { file, signal }: Partial<Call> = {}): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw s3Error({ location: this.location, action, file: file && pathOf(file) }, error);
    }
  }
}

function abortedBy(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

/** Exactly `length` bytes, in memory of their own. */
async function readAll(body: Readable, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    if (at + chunk.length > length) throw new TooShortError(length, at);
    bytes.set(chunk, at);
    at += chunk.length;
  }
  if (at < length) throw new TooShortError(length, at);
  return bytes;
}
