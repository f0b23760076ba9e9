/** Which pieces of a file on this machine are not what they should be. Runs in a restoring thread. */
import { hash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { bytesOf } from "../../base/byte-path.ts";
import { KiB } from "../../base/limits.ts";
import { idBytes } from "../format/hex.ts";
import type { ComparedRange } from "./restore-task.ts";

/** A file that is not there, or is no file, differs in every piece. Throws what else the system says. */
export function comparePieces(range: ComparedRange): { different: Uint32Array; sameSize: boolean } {
  const descriptor = openSync(bytesOf(range.path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) return { different: Uint32Array.from(range.lengths.keys()), sameSize: false };
    return compareOpen(descriptor, status.size, range);
  } finally {
    closeSync(descriptor);
  }
}

/** What is read at once, where no single piece is larger: it stays in the processor's cache until it is hashed. */
const windowBytes = 256 * KiB;

function compareOpen(
  descriptor: number,
  actualBytes: number,
  { sizeBytes, position: start, ids, lengths }: ComparedRange,
): ReturnType<typeof comparePieces> {
  const different: number[] = [];
  let buffer = Buffer.allocUnsafeSlow(windowBytes);
  let position = start;
  for (let first = 0; first < lengths.length; ) {
    const { end, bytes: wanted } = windowFrom(lengths, first);
    if (wanted > buffer.length) buffer = Buffer.allocUnsafeSlow(wanted);
    const there = Math.min(wanted, Math.max(0, actualBytes - position));
    const got = readAll(descriptor, buffer.subarray(0, there), position);
    for (let [piece, from] = [first, 0]; piece < end; piece++) {
      const to = from + (lengths[piece] ?? 0);
      const id = ids.subarray(piece * idBytes, (piece + 1) * idBytes);
      if (to > got || !hash("sha256", buffer.subarray(from, to), "buffer").equals(id)) different.push(piece);
      from = to;
    }
    position += wanted;
    first = end;
  }
  return { different: Uint32Array.from(different), sameSize: actualBytes === sizeBytes };
}

/** Pieces from `first` on that are read together, at least one. */
function windowFrom(lengths: Uint32Array, first: number): { readonly end: number; readonly bytes: number } {
  let [end, bytes] = [first, 0];
  do bytes += lengths[end++] ?? 0;
  while (end < lengths.length && bytes + (lengths[end] ?? 0) <= windowBytes);
  return { end, bytes };
}

/** How many bytes there were: fewer than there is room for where the file ends. */
function readAll(descriptor: number, bytes: Uint8Array, position: number): number {
  let done = 0;
  while (done < bytes.length) {
    const got = readSync(descriptor, bytes, done, bytes.length - done, position + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}
