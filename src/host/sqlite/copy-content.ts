/** A captured database as a file of its own: a reflink where the file system can, else a copy that can be stopped. */
import { constants } from "node:fs";
import { chmod, copyFile, open, rm, stat, statfs } from "node:fs/promises";
import { type BytePath, bytesOf, displayPath, parentPath } from "../../base/byte-path.ts";
import { ObhutError } from "../../base/errors.ts";
import { MiB } from "../../base/limits.ts";
import { writeAll } from "../durable-write.ts";
import { ContentSource } from "./content-source.ts";
import type { DatabaseContent } from "./database-content.ts";
import { readFully } from "./wal-overlay.ts";

export interface CopyOptions {
  /** Asked before each piece; throws to stop the copy. */
  readonly mayGoOn: () => void;
}

const pieceBytes = 4 * MiB;

/**
 * Writes the database that `content` describes to `target` with mode 0600. A file that is there already stays and is an
 * error (EEXIST); on any other error none is left. Not synced: it is for scratch. Errors: SCRATCH_NO_SPACE, what `mayGoOn`
 * throws, and the system's own.
 */
export async function copyContent(content: DatabaseContent, target: BytePath, options: CopyOptions): Promise<void> {
  const to = bytesOf(target);
  await (await open(to, "wx", 0o600)).close();
  try {
    const size = await sizeOfContent(content);
    options.mayGoOn();
    const cloned = await clone(content.kind === "patched" ? content.base : content.path, target);
    if (!cloned) await requireSpace(target, size);
    await using source = await ContentSource.open(content);
    await using copy = await open(to, cloned ? "r+" : "w", 0o600);
    await copy.truncate(size);
    for (let at = 0; at < size; at += pieceBytes) {
      options.mayGoOn();
      const length = Math.min(pieceBytes, size - at);
      if (!cloned || source.isLaidOver(at, length)) await writeAll(copy, await source.read(at, length), at);
    }
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  }
}

/**
 * Brings `draft`, a copy that was made while others were writing, to what `content` is now: compares all of it and writes what
 * differs. Reading is quicker than writing, so this fits into a hold where a copy would not. Errors: as for `copyContent`.
 */
export async function refreshCopy(content: DatabaseContent, draft: BytePath, options: CopyOptions): Promise<void> {
  const size = await sizeOfContent(content);
  await using source = await ContentSource.open(content);
  await using copy = await open(bytesOf(draft), "r+");
  await copy.truncate(size);
  const old = Buffer.allocUnsafe(pieceBytes);
  for (let at = 0; at < size; at += pieceBytes) {
    options.mayGoOn();
    const length = Math.min(pieceBytes, size - at);
    const bytes = await source.read(at, length);
    await readFully(copy, old.subarray(0, length), at);
    if (!bytes.equals(old.subarray(0, length))) await writeAll(copy, bytes, at);
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

async function requireSpace(target: BytePath, needed: number): Promise<void> {
  const folder = parentPath(target);
  const { bavail, bsize } = await statfs(bytesOf(folder));
  const free = bavail * bsize;
  if (free < needed) throw new ObhutError("SCRATCH_NO_SPACE", { path: displayPath(folder), needed, free });
}
