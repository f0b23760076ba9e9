/**
 * Copies files of the source without leaving a trace there, not even a time of access. Small files are copied in one go,
 * without the thread pool: Chroma waits meanwhile, and a vector store has hundreds of them.
 */
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { copyFile, open, rm } from "node:fs/promises";
import { type BytePath, bytesOf } from "../base/byte-path.ts";
import { systemCode } from "../base/errors.ts";
import { MiB } from "../base/limits.ts";
import { openSource } from "../host/sqlite/database-files.ts";

const smallBytes = MiB;

export class QuietCopier {
  private readonly buffer = Buffer.allocUnsafe(smallBytes);
  /** Until a clone was refused: then each further one would be as well. */
  private clones = true;

  /**
   * As a clone that shares blocks where the file system can (btrfs, XFS, bcachefs), else byte by byte. `to` does not exist.
   * Resolves to the number of bytes copied, which is not `sizeBytes` where the file changed.
   */
  async copy(from: BytePath, to: string, sizeBytes: number): Promise<number> {
    if (sizeBytes < smallBytes) return this.copySmall(from, to);
    if (this.clones && (await this.clone(from, to))) return sizeBytes;
    return await copyLarge(from, to);
  }

  private copySmall(from: BytePath, to: string): number {
    const source = openQuietly(from);
    try {
      const target = openSync(to, "wx", 0o600);
      try {
        let at = 0;
        for (;;) {
          const read = readSync(source, this.buffer, 0, this.buffer.length, at);
          if (read === 0) return at;
          for (let written = 0; written < read; ) {
            written += writeSync(target, this.buffer, written, read - written, at + written);
          }
          at += read;
        }
      } finally {
        closeSync(target);
      }
    } finally {
      closeSync(source);
    }
  }

  private async clone(from: BytePath, to: string): Promise<boolean> {
    try {
      await copyFile(bytesOf(from), to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
      return true;
    } catch (error) {
      if (systemCode(error) === "ENOENT") throw error;
      this.clones = false;
      await rm(to, { force: true });
      return false;
    }
  }
}

/** The time of access may be left alone by the file's owner and root only. */
function openQuietly(path: BytePath): number {
  try {
    return openSync(bytesOf(path), constants.O_RDONLY | constants.O_NOATIME);
  } catch (error) {
    if (systemCode(error) !== "EPERM") throw error;
    return openSync(bytesOf(path), constants.O_RDONLY);
  }
}

async function copyLarge(from: BytePath, to: string): Promise<number> {
  await using source = await openSource(from);
  await using target = await open(to, "wx", 0o600);
  const buffer = Buffer.allocUnsafe(4 * MiB);
  for (let at = 0; ; ) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return at;
    for (let written = 0; written < bytesRead; ) {
      written += (await target.write(buffer, written, bytesRead - written, at + written)).bytesWritten;
    }
    at += bytesRead;
  }
}
