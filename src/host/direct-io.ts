/**
 * Large reads and writes between our memory and the disk, past the page cache: nothing is copied, no page of what is in use makes room
 * for what nobody will read soon, and there is little left to sync (docs/decisions/0203). Source: Linux, open(2), O_DIRECT.
 */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { systemCode } from "../base/errors.ts";
import { KiB, MiB } from "../base/limits.ts";

/** Where direct I/O begins and ends, in memory and in the file: a multiple of every disk's own. */
export const directBlockBytes = 4 * KiB;
/** What memory needs beyond the bytes it is for, so that the blocks they begin and end in fit. */
export const directSlackBytes = 2 * directBlockBytes;
/** Below that the copy costs less than a trip to the disk. */
const worthDirectBytes = MiB;

/**
 * Zeroed memory that begins at a page, as direct I/O asks for. JavaScript promises no such thing; V8 maps growable memory by the page,
 * and where it does not the system refuses, and the page cache is used as ever.
 */
export function pageMemory(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes, { maxByteLength: bytes });
}

/**
 * Writes what can go there directly to the beginning of a file that is there. Resolves with how many bytes that is: all whole blocks, or
 * fewer, or 0, where the memory, the file system or the disk's size does not allow it. They are durable after the next sync of the file.
 * Rejects with the operating system's error.
 */
export async function writeDirect(path: string, bytes: Uint8Array): Promise<number> {
  const length = wholeBlocks(bytes.length);
  const open = { path, flags: flagsFor("write"), worthBytes: bytes.length };
  return wholeBlocks(await whileAligned(open, length, (file, done) => file.write(bytes, done, length - done, done)));
}

/**
 * Reads the blocks that hold the range to the beginning of `memory`. Resolves with the part of it that is the range; undefined where there
 * is no room for these blocks, where the memory or the file system does not allow it, and where the file ends before the range does.
 * Rejects with the operating system's error.
 */
export async function readDirect<Memory extends ArrayBufferLike>(
  path: string,
  { offset, length }: { readonly offset: number; readonly length: number },
  memory: Uint8Array<Memory>,
): Promise<Uint8Array<Memory> | undefined> {
  const begin = wholeBlocks(offset);
  const end = offset + length - begin;
  const blocks = wholeBlocks(end + directBlockBytes - 1);
  if (blocks > memory.length) return undefined;
  const open = { path, flags: flagsFor("read"), worthBytes: length };
  const done = await whileAligned(open, blocks, (file, at) => file.read(memory, at, blocks - at, begin + at));
  return done >= end ? memory.subarray(offset - begin, end) : undefined;
}

/** That this memory, file or file system takes no direct I/O. */
function isRefusal(error: unknown): boolean {
  return ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(systemCode(error) ?? "");
}

interface DirectOpen {
  readonly path: string;
  readonly flags: number | undefined;
  readonly worthBytes: number;
}

/** Moves block after block; how many bytes that came to. Stopped inside of a block: whoever does the rest without us is told why. */
async function whileAligned(
  { path, flags, worthBytes }: DirectOpen,
  length: number,
  move: (file: FileHandle, done: number) => Promise<{ bytesRead: number } | { bytesWritten: number }>,
): Promise<number> {
  if (worthBytes < worthDirectBytes || flags === undefined) return 0;
  let done = 0;
  try {
    await using file = await open(path, flags);
    while (done < length && done === wholeBlocks(done)) {
      const result = await move(file, done);
      const moved = "bytesRead" in result ? result.bytesRead : result.bytesWritten;
      if (moved === 0) break;
      done += moved;
    }
  } catch (error) {
    // Opening it once more may be forbidden where it was made, by a umask or a rule of the system.
    if (!isRefusal(error) && !["EACCES", "EPERM"].includes(systemCode(error) ?? "")) throw error;
  }
  return done;
}

function flagsFor(access: "read" | "write"): number | undefined {
  if (constants.O_DIRECT === undefined) return undefined;
  const way = access === "write" ? constants.O_WRONLY : constants.O_RDONLY;
  return way | constants.O_NOFOLLOW | constants.O_DIRECT;
}

function wholeBlocks(bytes: number): number {
  return bytes - (bytes % directBlockBytes);
}
