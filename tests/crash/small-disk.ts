/** A file system of a given size that really gets full. Mounting takes root, directly or through sudo. */
import { execFileSync } from "node:child_process";
import { rmdirSync, rmSync, statfsSync } from "node:fs";
import { asRoot } from "../support/as-root.ts";

export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Makes it larger, without touching what is on it. */
  resize(sizeMiB: number, names?: number): void;
  /** Takes all space that is left, but for `leaveMiB`; what another program writes from now on finds no room. */
  fill(leaveMiB: number): void;
  /** As `fill`, but for so many pages of 4 KiB: a file takes one for each 4 KiB it begins. */
  fillButPages(pages: number): void;
  /** Gives back what was filled. */
  drain(): void;
  /** Nothing can be written any more, not even by root. */
  makeReadOnly(): void;
}

export interface SmallDiskOptions {
  readonly sizeMiB: number;
  /** How many files and folders fit; without it as many as there is room for. */
  readonly names?: number;
}

/** Mounts it on `path`, an empty folder, which goes with it. */
export function smallDisk(path: string, { sizeMiB, names }: SmallDiskOptions): SmallDisk {
  const owner = `uid=${process.getuid?.()},gid=${process.getgid?.()},mode=700`;
  asRoot("mount", "-t", "tmpfs", "-o", `${limits(sizeMiB, names)},${owner}`, "tmpfs", path);
  return {
    path,
    resize: (size, count) => asRoot("mount", "-o", `remount,${limits(size, count)}`, path),
    fill: (leaveMiB) => {
      const free = execFileSync("df", ["--output=avail", "-B1M", path], { encoding: "utf8" });
      const takeMiB = Number(free.split("\n")[1]) - leaveMiB;
      if (takeMiB > 0) execFileSync("fallocate", ["-l", `${takeMiB}M`, `${path}/filler`]);
    },
    fillButPages: (pages) => {
      const { bavail, bsize } = statfsSync(path);
      const takePages = bavail - pages;
      if (takePages > 0) execFileSync("fallocate", ["-l", String(takePages * bsize), `${path}/filler`]);
    },
    drain: () => rmSync(`${path}/filler`, { force: true }),
    makeReadOnly: () => asRoot("mount", "-o", "remount,ro", path),
    [Symbol.asyncDispose]: async () => {
      asRoot("umount", path);
      rmdirSync(path);
    },
  };
}

function limits(sizeMiB: number, names: number | undefined): string {
  return `size=${sizeMiB}m${names === undefined ? "" : `,nr_inodes=${names}`}`;
}
