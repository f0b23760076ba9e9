/** A file system of a kind that this machine's own disk may not have, in a file. Mounting takes root, directly or through sudo. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { asRoot } from "./as-root.ts";

/** How each is made in a file that is empty. */
const makers = {
  btrfs: ["mkfs.btrfs", "-q"],
  xfs: ["mkfs.xfs", "-q", "-m", "reflink=1"],
  ext4: ["mkfs.ext4", "-q", "-b", "4096", "-O", "^ea_inode"],
} as const;

export type LoopDiskKind = keyof typeof makers;

export interface LoopDisk extends AsyncDisposable {
  /** Its root folder, which this process may write to. */
  readonly path: string;
}

/** Mounts it on `path`, which must not be there and goes with it. Above 300 MiB, which XFS asks for. */
export function loopDisk(path: string, kind: LoopDiskKind, sizeMiB = 512): LoopDisk {
  const image = `${path}.image`;
  writeFileSync(image, "");
  truncateSync(image, sizeMiB * 1024 * 1024);
  const [program, ...args] = makers[kind];
  execFileSync(program, [...args, image], { stdio: ["ignore", "ignore", "inherit"] });
  mkdirSync(path);
  asRoot("mount", "-o", "loop", image, path);
  asRoot("chown", `${process.getuid?.()}:${process.getgid?.()}`, path);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      asRoot("umount", path);
      rmdirSync(path);
      rmSync(image);
    },
  };
}
