/**
 * One entry of a tree, with exactly restic's fields. Source: restic's doc/design.rst, "Trees and Data"; internal/data/node.go
 * and internal/fs/node.go.
 */
import type { BytePath } from "../../base/byte-path.ts";
import type { BlobId } from "../../base/ids.ts";
import { idBytes } from "./hex.ts";
import type { TimeText } from "./time-text.ts";

export type NodeType = "file" | "dir" | "symlink" | "dev" | "chardev" | "fifo" | "socket" | "irregular" | "";

declare const unknown: unique symbol;
/** What a later program calls an entry. What it refers to is not known either. */
export type UnknownNodeType = string & { readonly [unknown]: true };

/** A list of blob ids, 32 bytes each, one behind the other: a database has a hundred thousand. */
export type PackedIds = Uint8Array;

export interface ExtendedAttribute {
  readonly name: string;
  /** null and empty are two things in restic's JSON. */
  readonly value: Uint8Array | null;
}

export interface Node {
  readonly name: BytePath;
  readonly type: NodeType | UnknownNodeType;
  /** Go's os.FileMode: permissions below, type bits above. See `goMode`. */
  readonly mode: number;
  readonly mtime: TimeText;
  readonly atime: TimeText;
  readonly ctime: TimeText;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  readonly inode: bigint;
  readonly deviceId: bigint;
  /** Bytes. */
  readonly size: number;
  /** Hard links; 0 where restic leaves them out (directories, pipes, sockets). */
  readonly links: number;
  /** Empty for what is no symlink. */
  readonly linkTarget: BytePath;
  readonly xattrs: readonly ExtendedAttribute[];
  /** The JSON of `generic_attributes` as it stood (Windows), bytes in one unit each. */
  readonly genericAttributes?: string;
  /** st_rdev of a device node. */
  readonly device: bigint;
  /** Blobs of a file, in order; null for what is no file. */
  readonly content: PackedIds | null;
  /** Tree of a directory. */
  readonly subtree?: BlobId;
  /** Set by restic where it could not read everything. */
  readonly error?: string;
}

/** How many blobs a packed list holds. */
export function packedCount(ids: PackedIds): number {
  return ids.length / idBytes;
}

/** Go's type bits (io/fs: ModeDir is bit 31, and so on). */
const typeBits: Readonly<Record<NodeType, number>> = {
  file: 0,
  dir: 0x8000_0000,
  symlink: 0x0800_0000,
  dev: 0x0400_0000,
  chardev: 0x0420_0000,
  fifo: 0x0200_0000,
  socket: 0x0100_0000,
  irregular: 0x0008_0000,
  "": 0,
};

export function isKnownType(type: Node["type"]): type is NodeType {
  return Object.hasOwn(typeBits, type);
}

const setuid = 0x0080_0000;
const setgid = 0x0040_0000;
const sticky = 0x0010_0000;

/** Go's os.FileMode of an entry with these Unix permission bits (0 to 0o7777). */
export function goMode(type: NodeType, permissions: number): number {
  const special =
    (permissions & 0o4000 ? setuid : 0) | (permissions & 0o2000 ? setgid : 0) | (permissions & 0o1000 ? sticky : 0);
  return ((permissions & 0o777) | special | typeBits[type]) >>> 0;
}

/** The Unix permission bits (0 to 0o7777) in a Go mode. */
export function permissionsOf(mode: number): number {
  const special = (mode & setuid ? 0o4000 : 0) | (mode & setgid ? 0o2000 : 0) | (mode & sticky ? 0o1000 : 0);
  return (mode & 0o777) | special;
}
