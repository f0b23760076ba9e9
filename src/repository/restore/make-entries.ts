/** Folders, links, pipes and device nodes of a plan, and the metadata of all that is no regular file. */
import { execFile } from "node:child_process";
import { chmod, lchown, link, lstat, lutimes, mkdir, open, rename, rm, rmdir, symlink } from "node:fs/promises";
import { promisify } from "node:util";
import { type BytePath, bytesOf, joinPath, parentPath } from "../../base/byte-path.ts";
import { systemCode } from "../../base/errors.ts";
import { type Node, permissionsOf } from "../format/node.ts";
import { nsOfTimeText, type TimeText } from "../format/time-text.ts";

/** What begins like this was left by a restore that died. */
export const temporaryPrefix = ".obhut-restore-";

const run = promisify(execFile);

/** What lay in a folder's place, and where it lies now. */
export interface MadeFolder {
  readonly path: BytePath;
  readonly movedAside?: BytePath;
}

/**
 * Makes a folder that only we may enter until all is in it. Undefined where it is there. What lies there and is no folder (a link
 * to another disk, perhaps) is moved to `aside`, so that it can come back.
 */
export async function makeFolder(path: BytePath, aside?: BytePath): Promise<MadeFolder | undefined> {
  const status = await lstat(bytesOf(path)).catch(() => undefined);
  if (status?.isDirectory()) return undefined;
  const moves = status !== undefined && aside !== undefined;
  if (moves) await rename(bytesOf(path), bytesOf(aside));
  await mkdir(bytesOf(path), { mode: 0o700 });
  return moves ? { path, movedAside: aside } : { path };
}

/** Takes back what `makeFolder` did, as far as nothing else lies in the folder. */
export async function unmakeFolder({ path, movedAside }: MadeFolder): Promise<void> {
  await rmdir(bytesOf(path));
  if (movedAside !== undefined) await rename(bytesOf(movedAside), bytesOf(path));
}

/** A link that holds what the snapshot's link held, wherever that leads: nothing is ever written through it. */
export async function makeSymlink(path: BytePath, node: Node, overwrite: boolean): Promise<void> {
  await placed(path, overwrite, (at) => symlink(bytesOf(node.linkTarget), bytesOf(at)));
}

export async function makeHardLink(path: BytePath, existing: BytePath, overwrite: boolean): Promise<void> {
  await placed(path, overwrite, (at) => link(bytesOf(existing), bytesOf(at)));
}

/** Pipes and device nodes, by coreutils: Node has no call for them. */
export async function makeSpecial(path: BytePath, node: Node, overwrite: boolean): Promise<void> {
  // execFile takes text: a name that is not UTF-8 cannot be handed over.
  const text = (at: BytePath): string => {
    const decoded = bytesOf(at).toString("utf8");
    if (!Buffer.from(decoded).equals(bytesOf(at))) throw new Error("its name is not UTF-8");
    return decoded;
  };
  await placed(path, overwrite, async (at) => {
    if (node.type === "fifo") await run("mkfifo", ["--", text(at)]);
    else await run("mknod", ["--", text(at), node.type === "dev" ? "b" : "c", ...deviceNumbers(node.device)]);
  });
}

/** Major and minor of a Linux st_rdev (glibc's gnu_dev_major and gnu_dev_minor). */
export function deviceNumbers(device: bigint): [major: string, minor: string] {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n);
  return [major.toString(), minor.toString()];
}

/** Makes it beside its place and renames it, where something may lie there. */
async function placed(path: BytePath, overwrite: boolean, make: (at: BytePath) => Promise<void>): Promise<void> {
  if (!overwrite) return await make(path);
  const beside = joinPath(parentPath(path), `${temporaryPrefix}link` as BytePath);
  await rm(bytesOf(beside), { force: true });
  await make(beside);
  await clearFolder(path);
  await rename(bytesOf(beside), bytesOf(path));
  // Renaming one name of a file to another of its names does nothing at all (rename(2)).
  await rm(bytesOf(beside), { force: true });
}

/** An empty folder gives way to what is no folder; a full one is an error. */
export async function clearFolder(path: BytePath): Promise<void> {
  const status = await lstat(bytesOf(path)).catch(() => undefined);
  if (status?.isDirectory()) await rmdir(bytesOf(path));
}

export interface MetadataOutcome {
  /** False where only root may give it to its owner. */
  readonly owned: boolean;
}

/** Owner, mode and times of a folder, link, pipe or device node. */
export async function setMetadata(path: BytePath, node: Node, isRoot: boolean): Promise<MetadataOutcome> {
  const bytes = bytesOf(path);
  const owned = await giveAway(bytes, node, isRoot);
  if (node.type !== "symlink") await chmod(bytes, permissionsOf(node.mode) & (owned ? 0o7777 : 0o1777));
  await lutimes(bytes, secondsOf(node.atime), secondsOf(node.mtime));
  return { owned };
}

async function giveAway(path: Buffer, { uid, gid }: Node, isRoot: boolean): Promise<boolean> {
  const status = await lstat(path);
  if (status.uid === uid && status.gid === gid) return true;
  try {
    await lchown(path, uid, gid);
    return true;
  } catch (error) {
    if (isRoot && systemCode(error) !== "EPERM") throw error;
    return false;
  }
}

/** Seconds with a fraction, as Node's utimes takes them: to about 200 ns. */
export function secondsOf(time: TimeText): number {
  return Number(nsOfTimeText(time)) / 1e9;
}

/** Makes names durable. */
export async function syncPath(path: BytePath): Promise<void> {
  await using folder = await open(bytesOf(path), "r");
  await folder.sync().catch((error: unknown) => {
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP"].includes(systemCode(error) ?? "")) throw error;
  });
}
