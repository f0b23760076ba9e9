/** What kinds of file systems there are: where POSIX locks and shared memory mean what SQLite needs, and which lie elsewhere. */
import { realpath, statfs } from "node:fs/promises";
import { type BytePath, bytePathOf, bytesOf } from "../base/byte-path.ts";

export interface LockTrust {
  readonly trusted: boolean;
  /** The file system's name, or its number in hex where it has none here. */
  readonly filesystem: string;
}

/**
 * Numbers that statfs(2) gives: include/uapi/linux/magic.h of Linux, and each file system's own sources. Trusted: file
 * locks and mappings live in this kernel, so whoever else is under it sees the same ones.
 */
const known: Readonly<Record<number, readonly [name: string, trusted: boolean]>> = {
  61267: ["ext4", true], // ext2 and ext3 too
  1481003842: ["xfs", true],
  2435016766: ["btrfs", true],
  801189825: ["zfs", true],
  16914836: ["tmpfs", true],
  2240043254: ["ramfs", true],
  4076150800: ["f2fs", true],
  3393526350: ["bcachefs", true],
  2035054128: ["overlay", true], // its merged view
  827541066: ["jfs", true],
  1382369651: ["reiserfs", true],
  13364: ["nilfs2", true],
  538032816: ["exfat", true],
  19780: ["vfat", true],
  1936094318: ["ntfs3", true],
  26985: ["nfs", false],
  4283649346: ["cifs", false],
  4266872130: ["smb3", false],
  20859: ["smbfs", false],
  16914839: ["9p", false], // WSL's drvfs, QEMU, gVisor
  1702057286: ["fuse", false], // virtiofs, sshfs, rclone, mergerfs, Docker Desktop's file sharing
  2020557398: ["vboxsf", false],
  3133910204: ["vmhgfs", false],
  2088527475: ["prl_fs", false],
  12805120: ["ceph", false],
  1397113167: ["afs", false],
  1937076805: ["coda", false],
  1952539503: ["ocfs2", false],
  18225520: ["gfs2", false],
};

/** Folders that a container's merged view is made of. Locks taken there are on other inodes than the container's. */
const imageLayers = /\/(?:overlay2?\/[^/]+\/(?:diff|work)|snapshots\/\d+\/(?:fs|work))(?:\/|$)/;

/** Those whose files lie elsewhere: each call goes over a network, or to another program or machine. */
const distant: ReadonlySet<string> = new Set(
  "nfs cifs smb3 smbfs 9p fuse vboxsf vmhgfs prl_fs ceph afs coda".split(" "),
);

export function isDistantType(type: number): boolean {
  return distant.has(known[type >>> 0]?.[0] ?? "");
}

/** False where the system cannot say. */
export async function isDistantFolder(path: string): Promise<boolean> {
  const found = await statfs(path).catch(() => undefined);
  return found !== undefined && isDistantType(found.type);
}

export interface FileSystemView {
  /** statfs(2)'s f_type. */
  readonly type: number;
  /** The path with every symlink resolved. */
  readonly realPath: string;
}

/** Judges what the system said of a path. */
export function lockTrustOf(view: FileSystemView): LockTrust {
  if (imageLayers.test(view.realPath)) return { trusted: false, filesystem: "overlay (layer)" };
  const type = view.type >>> 0;
  const [filesystem, trusted] = known[type] ?? [`0x${type.toString(16)}`, false];
  return { trusted, filesystem };
}

/** Whether locks on `path` can be relied on. Unknown file systems are not trusted. Rejects with the system's error. */
export async function lockTrust(path: BytePath): Promise<LockTrust> {
  const [{ type }, resolved] = await Promise.all([
    statfs(bytesOf(path)),
    realpath(bytesOf(path), { encoding: "buffer" }),
  ]);
  return lockTrustOf({ type, realPath: bytePathOf(resolved) });
}
