/** What the file system says of one entry, in the form the engine stores. */
import type { BigIntStats } from "node:fs";
import { lstat, readlink, stat } from "node:fs/promises";
import { type BytePath, bytePathOf, bytesOf } from "../base/byte-path.ts";
import type { EntryKind, EntryMeta } from "../repository/source-entry.ts";
import type { AttributesByPath } from "./extended-attributes.ts";
import type { OwnerNames } from "./owner-names.ts";

export interface MetaContext {
  readonly owners: OwnerNames;
  readonly attributes: AttributesByPath;
}

export type LinkHandling = "link-itself" | "follow";

/** Of the entry itself, or of what a link leads to. Rejects as lstat(2) and stat(2) do. */
export async function readEntryMeta(
  path: BytePath,
  context: MetaContext,
  links: LinkHandling = "link-itself",
): Promise<EntryMeta> {
  const bytes = bytesOf(path);
  const stats = links === "follow" ? await stat(bytes, { bigint: true }) : await lstat(bytes, { bigint: true });
  const kind = kindOf(stats);
  const linkTarget = kind === "symlink" ? bytePathOf(await readlink(bytes, { encoding: "buffer" })) : undefined;
  const xattrs = context.attributes.get(path);
  const isDevice = kind === "dev" || kind === "chardev";
  return {
    kind,
    mode: Number(stats.mode & 0o7777n),
    mtimeNs: stats.mtimeNs,
    atimeNs: stats.atimeNs,
    ctimeNs: stats.ctimeNs,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    user: context.owners.user(Number(stats.uid)),
    group: context.owners.group(Number(stats.gid)),
    inode: stats.ino,
    deviceId: stats.dev,
    sizeBytes: kind === "file" ? Number(stats.size) : 0,
    links: kind === "dir" ? 1 : Number(stats.nlink),
    ...(linkTarget === undefined ? {} : { linkTarget }),
    ...(isDevice ? { rdev: stats.rdev } : {}),
    ...(xattrs === undefined || xattrs.length === 0 ? {} : { xattrs }),
  };
}

function kindOf(stats: BigIntStats): EntryKind {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "dir";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isBlockDevice()) return "dev";
  if (stats.isCharacterDevice()) return "chardev";
  return stats.isFIFO() ? "fifo" : "socket";
}

/** Entries that Obhut makes itself (the manifest, keys) and folders of the snapshot above the data directory. */
export function madeMeta(kind: "file" | "dir", nowMs: number, sizeBytes: number): EntryMeta {
  const timeNs = BigInt(Math.trunc(nowMs)) * 1_000_000n;
  return {
    kind,
    mode: kind === "dir" ? 0o700 : 0o600,
    mtimeNs: timeNs,
    atimeNs: timeNs,
    ctimeNs: timeNs,
    uid: 0,
    gid: 0,
    user: "root",
    group: "root",
    inode: 0n,
    deviceId: 0n,
    sizeBytes,
    links: 1,
  };
}
