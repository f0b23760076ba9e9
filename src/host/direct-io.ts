/**
 * Large reads and writes between our memory and the disk, past the page cache: nothing is copied, no page of what is in use makes room
 * for what nobody will read soon, and there is little left to sync (docs/decisions/0203). Source: Linux, open(2), O_DIRECT.
 */
import { constants, openSync } from "node:fs";
import { open } from "node:fs/promises";
import { type BytePath, bytesOf } from "../base/byte-path.ts";
import { systemCode } from "../base/errors.ts";
import { KiB, MiB } from "../base/limits.ts";

/** Where direct I/O begins and ends, in memory and in the file: a multiple of every disk's own. */
export const directBlockBytes = 4 * KiB;
/** Below that the copy costs less than a trip to the disk. */
export const worthDirectBytes = MiB;

/**
 * Zeroed memory that begins at a page, as direct I/O asks for. JavaScript promises no such thing; V8 maps growable memory by the page,
 * and where it does not the system refuses, and the page cache is used as ever.
 */
export function pageMemory(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes, { maxByteLength: bytes });
}

/** Opens a file that is there for writing; undefined where there is no direct I/O: macOS, some file systems. Throws what else the system says. */
export function openDirect(path: BytePath): number | undefined {
  const flags = flagsFor("write");
  if (flags === undefined) return undefined;
  try {
    return openSync(bytesOf(path), flags);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return undefined;
  }
}

/**
 * Writes what can go there directly to the beginning of a file that is there. Resolves with how many bytes that is: all whole blocks, or
 * fewer, or 0, where the memory, the file system or the disk's size does not allow it. They are durable after the next sync of the file.
 * Rejects with the operating system's error.
 */
export async function writeDirect(path: string, bytes: Uint8Array): Promise<number> {
  return await inBlocks(path, "write", bytes);
}

/** As `writeDirect`, from the beginning of the file into `into`, which may be longer than the file. */
export async function readDirect(path: string, into: Uint8Array): Promise<number> {
  return await inBlocks(path, "read", into);
}

/** That this memory, file or file system takes no direct I/O. */
export function isRefusal(error: unknown): boolean {
  return ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(systemCode(error) ?? "");
}

async function inBlocks(path: string, access: "read" | "write", bytes: Uint8Array): Promise<number> {
  const flags = flagsFor(access);
  const length = wholeBlocks(bytes.length);
  if (length < worthDirectBytes || flags === undefined) return 0;
  let done = 0;
  try {
    await using file = await open(path, flags);
    while (done < length) {
      const moved =
        access === "write"
          ? (await file.write(bytes, done, length - done, done)).bytesWritten
          : (await file.read(bytes, done, length - done, done)).bytesRead;
      done += moved;
      // Stopped inside of a block: whoever does the rest without us is told why.
      if (moved === 0 || done !== wholeBlocks(done)) break;
    }
  } catch (error) {
    // Opening it once more may be forbidden where it was made, by a umask or a rule of the system.
    if (!isRefusal(error) && !["EACCES", "EPERM"].includes(systemCode(error) ?? "")) throw error;
  }
  return wholeBlocks(done);
}

function flagsFor(access: "read" | "write"): number | undefined {
  if (constants.O_DIRECT === undefined) return undefined;
  const way = access === "write" ? constants.O_WRONLY : constants.O_RDONLY;
  return way | constants.O_NOFOLLOW | constants.O_DIRECT;
}

function wholeBlocks(bytes: number): number {
  return bytes - (bytes % directBlockBytes);
}
