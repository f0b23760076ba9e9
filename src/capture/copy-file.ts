/** Copies one file of the source without leaving a trace there, not even a time of access. */
import { constants } from "node:fs";
import { copyFile, open, rm } from "node:fs/promises";
import { type BytePath, bytesOf } from "../base/byte-path.ts";
import { systemCode } from "../base/errors.ts";
import { MiB } from "../base/limits.ts";
import { openSource } from "../host/sqlite/database-files.ts";

/** As a clone that shares blocks where the file system can (btrfs, XFS, bcachefs), else byte by byte. `to` is replaced. */
export async function copyQuietly(from: BytePath, to: string): Promise<void> {
  await rm(to, { force: true });
  try {
    await copyFile(bytesOf(from), to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
  } catch (error) {
    if (systemCode(error) === "ENOENT") throw error;
    await rm(to, { force: true });
    await copyBytes(from, to);
  }
}

async function copyBytes(from: BytePath, to: string): Promise<void> {
  await using source = await openSource(from);
  await using target = await open(to, "wx", 0o600);
  const buffer = Buffer.allocUnsafe(2 * MiB);
  for (let at = 0; ; ) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    for (let written = 0; written < bytesRead; ) {
      written += (await target.write(buffer, written, bytesRead - written, at + written)).bytesWritten;
    }
    at += bytesRead;
  }
}
