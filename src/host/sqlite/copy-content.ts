/** A captured database as a file of its own: a reflink where the file system can, else a copy that can be stopped. */
import { constants } from "node:fs";
import { chmod, copyFile, type FileHandle, open, rm, stat, statfs, truncate } from "node:fs/promises";
import { type BytePath, bytesOf, displayPath, parentPath } from "../../base/byte-path.ts";
import { ObhutError } from "../../base/errors.ts";
import { MiB } from "../../base/limits.ts";
import { writeAll } from "../durable-write.ts";
import type { DatabaseContent } from "./database-content.ts";
import { openSource } from "./database-files.ts";
import { readFully } from "./wal-overlay.ts";

export interface CopyOptions {
  /** Asked before each piece; throws to stop the copy. */
  readonly mayGoOn: () => void;
}

const copyBytes = 4 * MiB;

/**
 * Writes the database that `content` describes to `target` with mode 0600. A file that is there already stays and is an
 * error (EEXIST); on any other error none is left. Not synced: it is for scratch. Errors: SCRATCH_NO_SPACE, what `mayGoOn` throws, and the system's own.
 */
export async function copyContent(content: DatabaseContent, target: BytePath, options: CopyOptions): Promise<void> {
  const to = bytesOf(target);
  await (await open(to, "wx", 0o600)).close();
  try {
    const base = content.kind === "patched" ? content.base : content.path;
    const size = await sizeOfContent(content);
    options.mayGoOn();
    const cloned = await clone(base, target);
    if (!cloned) await copyPieces(base, target, size, options);
    if (cloned) await truncate(to, size);
    if (content.kind === "patched") await layOver(content, target, options);
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  }
}

/** Bytes that the content makes as a plain file. */
export async function sizeOfContent(content: DatabaseContent): Promise<number> {
  switch (content.kind) {
    case "file":
      return (await stat(bytesOf(content.path))).size;
    case "prefix":
      return content.sizeBytes;
    case "patched":
      return content.offsets.length * content.blockBytes;
  }
}

/** A copy that shares its blocks with the source until one of them changes (btrfs, XFS, ZFS, bcachefs). */
async function clone(from: BytePath, target: BytePath): Promise<boolean> {
  try {
    await copyFile(bytesOf(from), bytesOf(target), constants.COPYFILE_FICLONE_FORCE);
  } catch {
    return false;
  }
  await chmod(bytesOf(target), 0o600);
  return true;
}

async function copyPieces(from: BytePath, target: BytePath, size: number, { mayGoOn }: CopyOptions): Promise<void> {
  await requireSpace(target, size);
  await using source = await openSource(from);
  await using copy = await open(bytesOf(target), "w", 0o600);
  const buffer = Buffer.allocUnsafe(Math.min(copyBytes, Math.max(size, 1)));
  for (let at = 0; at < size; ) {
    mayGoOn();
    const got = await readFully(source, buffer.subarray(0, Math.min(buffer.length, size - at)), at);
    if (got === 0) break;
    await writeAll(copy, buffer.subarray(0, got), at);
    at += got;
  }
  // Past the end of the file SQLite reads zeros: a page that was never written because it is free.
  await copy.truncate(size);
}

type Patched = Extract<DatabaseContent, { kind: "patched" }>;

async function layOver(content: Patched, target: BytePath, { mayGoOn }: CopyOptions): Promise<void> {
  await using patch = await openSource(content.patch);
  await using copy = await open(bytesOf(target), "r+");
  const page = Buffer.allocUnsafe(content.blockBytes);
  for (const [index, offset] of content.offsets.entries()) {
    if (offset < 0) continue;
    mayGoOn();
    await copyPage(patch, offset, copy, index * content.blockBytes, page);
  }
}

async function copyPage(from: FileHandle, at: number, to: FileHandle, position: number, page: Buffer): Promise<void> {
  const got = await readFully(from, page, at);
  if (got < page.length) throw new Error(`the -wal ends at ${at + got}, inside of a page`);
  await writeAll(to, page, position);
}

async function requireSpace(target: BytePath, needed: number): Promise<void> {
  const folder = parentPath(target);
  const { bavail, bsize } = await statfs(bytesOf(folder));
  const free = bavail * bsize;
  if (free < needed) throw new ObhutError("SCRATCH_NO_SPACE", { path: displayPath(folder), needed, free });
}
