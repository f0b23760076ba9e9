/** Sends a content's bytes to an object: in one piece where it is small, else in parts, of which the server makes the object at the end. */
import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { MiB } from "../../../base/limits.ts";
import { StagingRoom } from "../../staging/staging-room.ts";
import type { PlaceContent, WriteOptions } from "../place.ts";

export interface ObjectPlace {
  readonly client: S3Client;
  readonly bucket: string;
}

/** What is no longer than this goes in one piece. */
const partBytes = 8 * MiB;
/** S3's own limit (Amazon S3 user guide, "Multipart upload limits"). */
const mostParts = 10_000;
/** Pieces that are in memory for their way, of all files together. */
const piecesBytes = 64 * MiB;

export class ObjectSender {
  readonly #place: ObjectPlace;
  readonly #room = new StagingRoom(piecesBytes);

  constructor(place: ObjectPlace) {
    this.#place = place;
  }

  /** Rejects where the content has another length than it said; then there is no object, or the one that was there. */
  async send(key: string, content: PlaceContent, options: WriteOptions): Promise<void> {
    if (content.sizeBytes <= partBytes) await this.#sendWhole(key, content, options);
    else await this.#sendParts(key, content, options);
  }

  async #sendWhole(key: string, content: PlaceContent, { modifiedMs, once, signal }: WriteOptions): Promise<void> {
    await this.#room.take(content.sizeBytes, signal ?? never);
    try {
      const parts: Uint8Array[] = [];
      for await (const part of counted(content, signal)) parts.push(Uint8Array.from(part));
      const body = Buffer.concat(parts);
      const command = new PutObjectCommand({
        Bucket: this.#place.bucket,
        Key: key,
        Body: body,
        ContentLength: body.length,
        ContentMD5: md5(body),
        Metadata: timeOf(modifiedMs),
        ...(once ? { IfNoneMatch: "*" } : {}),
      });
      await this.#place.client.send(command, abortedBy(signal));
    } finally {
      this.#room.give(content.sizeBytes);
    }
  }

  async #sendParts(key: string, content: PlaceContent, { modifiedMs, once, signal }: WriteOptions): Promise<void> {
    const { client, bucket: Bucket } = this.#place;
    const about = { Bucket, Key: key };
    const begin = new CreateMultipartUploadCommand({ ...about, Metadata: timeOf(modifiedMs) });
    const { UploadId } = await client.send(begin, abortedBy(signal));
    try {
      const Parts: { ETag: string | undefined; PartNumber: number }[] = [];
      const size = Math.max(partBytes, Math.ceil(content.sizeBytes / mostParts / MiB) * MiB);
      await this.#room.take(size, signal ?? never);
      try {
        for await (const body of pieces(content, size, signal)) {
          const PartNumber = Parts.length + 1;
          const part = {
            ...about,
            UploadId,
            PartNumber,
            Body: body,
            ContentLength: body.length,
            ContentMD5: md5(body),
          };
          const { ETag } = await client.send(new UploadPartCommand(part), abortedBy(signal));
          Parts.push({ ETag, PartNumber });
        }
      } finally {
        this.#room.give(size);
      }
      const end = { ...about, UploadId, MultipartUpload: { Parts }, ...(once ? { IfNoneMatch: "*" } : {}) };
      await client.send(new CompleteMultipartUploadCommand(end), abortedBy(signal));
    } catch (error) {
      await client.send(new AbortMultipartUploadCommand({ ...about, UploadId })).catch(() => undefined);
      throw error;
    }
  }
}

const never = new AbortController().signal;

async function* counted(content: PlaceContent, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const part of content.open()) {
    signal?.throwIfAborted();
    bytes += part.length;
    if (bytes > content.sizeBytes) break;
    yield part;
  }
  if (bytes !== content.sizeBytes) throw new Error(`${bytes} of ${content.sizeBytes} bytes came`);
}

/** All of the same size but for the last. Each is good until the next is asked for. */
async function* pieces(content: PlaceContent, size: number, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const piece = Buffer.allocUnsafe(size);
  let at = 0;
  for await (const part of counted(content, signal)) {
    for (let taken = 0; taken < part.length; ) {
      const more = Math.min(size - at, part.length - taken);
      piece.set(part.subarray(taken, taken + more), at);
      at += more;
      taken += more;
      if (at < size) continue;
      yield piece;
      at = 0;
    }
  }
  if (at > 0) yield piece.subarray(0, at);
}

function md5(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("base64");
}

/** Seconds since 1970 with their fraction, as rclone reads them. */
function timeOf(modifiedMs: number | undefined): Record<string, string> {
  return modifiedMs === undefined ? {} : { mtime: (modifiedMs / 1000).toFixed(3) };
}

function abortedBy(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
