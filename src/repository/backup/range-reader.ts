/** Reads a range of a file's content, wherever its bytes lie. Synchronous: it runs in a worker. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type BytePath, bytesOf } from "../../base/byte-path.ts";
import { systemCode } from "../../base/errors.ts";
import { MiB } from "../../base/limits.ts";
import type { SourceContent } from "../source-entry.ts";
import type { FileStamp, ReadJob } from "./read-task.ts";

export interface ReadRange {
  /** Valid until the next read. Behind it lie at least 15 more bytes of the same memory. */
  readonly bytes: Buffer;
  readonly stamps?: readonly [before: FileStamp, after: FileStamp];
}

/** Room behind the bytes, so that the last piece too can be rounded up to a cipher's block. */
const slackBytes = 16;

export class RangeReader {
  #buffer = Buffer.allocUnsafeSlow(4 * MiB + slackBytes);

  /** The range, shorter where the file ends before. Throws the operating system's error. */
  read({ content, offset, length }: ReadJob): ReadRange {
    if (length + slackBytes > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(length + slackBytes);
    if (content.kind === "bytes") {
      const bytes = content.bytes.subarray(offset, offset + length);
      this.#buffer.set(bytes);
      return { bytes: this.#buffer.subarray(0, bytes.length) };
    }
    return this.#readFiles(content, offset, length);
  }

  #readFiles(content: Exclude<SourceContent, { kind: "bytes" }>, offset: number, length: number): ReadRange {
    using file = openFile(content.kind === "patched" ? content.base : content.path);
    const into = this.#buffer.subarray(0, length);
    const before = stampOf(file.fd);
    let read = readFully(file.fd, into, offset);
    if (content.kind === "patched") {
      patch(content, into, offset);
      // a database grows in its log first: what lies behind the end of the file has to come from there
      read = Math.max(read, patchedTo(content, offset, length, read));
    }
    return { bytes: into.subarray(0, read), stamps: [before, stampOf(file.fd)] };
  }
}

interface OpenFile extends Disposable {
  readonly fd: number;
}

/** Without changing the access time where that is allowed: to the owner and to root. */
function openFile(path: BytePath): OpenFile {
  const name = bytesOf(path);
  let fd: number;
  try {
    fd = openSync(name, constants.O_RDONLY | constants.O_NOATIME);
  } catch (error) {
    if (systemCode(error) !== "EPERM") throw error;
    fd = openSync(name, constants.O_RDONLY);
  }
  return { fd, [Symbol.dispose]: () => closeSync(fd) };
}

function stampOf(fd: number): FileStamp {
  const { ino, dev, size, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true });
  return { inode: ino, deviceId: dev, sizeBytes: Number(size), mtimeNs, ctimeNs };
}

/** Reads until `into` is full or the file ends; how many bytes came. */
function readFully(fd: number, into: Buffer, offset: number): number {
  let read = 0;
  while (read < into.length) {
    const got = readSync(fd, into, read, into.length - read, offset + read);
    if (got === 0) break;
    read += got;
  }
  return read;
}

type Patched = Extract<SourceContent, { kind: "patched" }>;

/** Lays the newer blocks over `into`, which begins at `offset` of the file. Both are whole blocks. */
function patch({ patch: path, blockBytes, offsets }: Patched, into: Buffer, offset: number): void {
  const first = offset / blockBytes;
  const count = Math.ceil(into.length / blockBytes);
  using file = openFile(path);
  for (let i = 0; i < count; i++) {
    const at = offsets[first + i] ?? -1;
    if (at < 0) continue;
    const block = into.subarray(i * blockBytes, (i + 1) * blockBytes);
    if (readFully(file.fd, block, at) < block.length) {
      throw Object.assign(new Error(`the log ends before block ${first + i}`), { code: "EIO" });
    }
  }
}

/** Up to where the range is whole, when the base gave `read` bytes of it and the rest has to come from the patch. */
function patchedTo({ blockBytes, offsets }: Patched, offset: number, length: number, read: number): number {
  let end = Math.floor(read / blockBytes) * blockBytes;
  while (end < length && (offsets[(offset + end) / blockBytes] ?? -1) >= 0) end += blockBytes;
  return Math.min(end, length);
}
