/** Which pieces of a file on this machine are not what they should be. Runs in a restoring thread. */
import { hash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { bytesOf } from "../../base/byte-path.ts";
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

function compareOpen(
  descriptor: number,
  actualBytes: number,
  { sizeBytes, position: start, ids, lengths }: ComparedRange,
): ReturnType<typeof comparePieces> {
  const different: number[] = [];
  let buffer = Buffer.allocUnsafeSlow(1024 * 1024);
  let position = start;
  for (const [piece, length] of lengths.entries()) {
    if (length > buffer.length) buffer = Buffer.allocUnsafeSlow(length);
    const bytes = buffer.subarray(0, length);
    const id = ids.subarray(piece * idBytes, (piece + 1) * idBytes);
    const same =
      position + length <= actualBytes &&
      readWhole(descriptor, bytes, position) &&
      hash("sha256", bytes, "buffer").equals(id);
    if (!same) different.push(piece);
    position += length;
  }
  return { different: Uint32Array.from(different), sameSize: actualBytes === sizeBytes };
}

function readWhole(descriptor: number, bytes: Uint8Array, position: number): boolean {
  for (let done = 0; done < bytes.length; ) {
    const got = readSync(descriptor, bytes, done, bytes.length - done, position + done);
    if (got === 0) return false;
    done += got;
  }
  return true;
}
