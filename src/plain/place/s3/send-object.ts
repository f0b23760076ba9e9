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
/** Of one file. */
const partsAtOnce = 4;
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
      const Parts = await this.#sendEach({ ...about, UploadId }, content, signal);
      const end = { ...about, UploadId, MultipartUpload: { Parts }, ...(once ? { IfNoneMatch: "*" } : {}) };
      await client.send(new CompleteMultipartUploadCommand(end), abortedBy(signal));
    } catch (error) {
      await client.send(new AbortMultipartUploadCommand({ ...about, UploadId })).catch(() => undefined);
      throw error;
    }
  }

  /** Some at once; nothing is under way any more when it settles. */
  async #sendEach(
    about: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined },
    content: PlaceContent,
    signal: AbortSignal | undefined,
  ): Promise<SentPart[]> {
    const size = Math.max(partBytes, Math.ceil(content.sizeBytes / mostParts / MiB) * MiB);
    const sent: SentPart[] = [];
    const underWay = new Set<Promise<void>>();
    let held = 0;
    const newPiece = async (): Promise<Buffer> => {
      await this.#room.take(size, signal ?? never);
      held += 1;
      return Buffer.allocUnsafe(size);
    };
    const send = async (body: Buffer, PartNumber: number): Promise<void> => {
      const part = { ...about, PartNumber, Body: body, ContentLength: body.length, ContentMD5: md5(body) };
      const { ETag } = await this.#place.client.send(new UploadPartCommand(part), abortedBy(signal));
      sent[PartNumber - 1] = { ETag, PartNumber };
    };
    try {
      let count = 0;
      for await (const body of pieces(content, newPiece, signal)) {
        count += 1;
        const sending = send(body, count).finally(() => {
          underWay.delete(sending);
          held -= 1;
          this.#room.give(size);
        });
        underWay.add(sending);
        sending.catch(() => undefined);
        if (underWay.size >= partsAtOnce) await Promise.race(underWay);
      }
      await Promise.all(underWay);
      return sent;
    } finally {
      await Promise.allSettled(underWay);
      if (held > 0) this.#room.give(held * size);
    }
  }
}

interface SentPart {
  readonly ETag: string | undefined;
  readonly PartNumber: number;
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

/** All of the same size but for the last, each in memory of its own. */
async function* pieces(
  content: PlaceContent,
  newPiece: () => Promise<Buffer>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  let piece: Buffer | undefined;
  let at = 0;
  for await (const part of counted(content, signal)) {
    for (let taken = 0; taken < part.length; ) {
      piece ??= await newPiece();
      const more = Math.min(piece.length - at, part.length - taken);
      piece.set(part.subarray(taken, taken + more), at);
      at += more;
      taken += more;
      if (at < piece.length) continue;
      yield piece;
      piece = undefined;
      at = 0;
    }
  }
  if (piece !== undefined) yield piece.subarray(0, at);
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
