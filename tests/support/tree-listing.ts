/** A folder as values that can be compared: everything a restore must bring back. */
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";

export interface ListedEntry {
  readonly kind: string;
  readonly mode: string;
  readonly owner: string;
  /** Milliseconds, whole. */
  readonly mtimeMs: number;
  readonly sizeBytes?: number;
  readonly sha256?: string;
  readonly linkTarget?: string;
  /** The first name of the same inode, where there are several. */
  readonly sameAs?: string;
}

/** By name below the folder, bytes in one unit each. The folder itself is not in it. */
export async function listTree(folder: string): Promise<Record<string, ListedEntry>> {
  const found: Record<string, ListedEntry> = {};
  const inodes = new Map<string, string>();
  const visit = async (path: Buffer, relative: string): Promise<void> => {
    const names = (await readdir(path, { encoding: "buffer" })).sort(Buffer.compare);
    for (const name of names) {
      const child = Buffer.concat([path, Buffer.from("/"), name]);
      const below = `${relative}${name.toString("latin1")}`;
      found[below] = await listEntry(child, below, inodes);
      if (found[below]?.kind === "dir") await visit(child, `${below}/`);
    }
  };
  await visit(Buffer.from(folder), "");
  return found;
}

async function listEntry(path: Buffer, below: string, inodes: Map<string, string>): Promise<ListedEntry> {
  const status = await lstat(path, { bigint: true });
  const common = {
    mode: (status.mode & 0o7777n).toString(8),
    owner: `${status.uid}:${status.gid}`,
    mtimeMs: Number(status.mtimeNs / 1_000_000n),
  };
  if (status.isSymbolicLink()) {
    const linkTarget = (await readlink(path, { encoding: "buffer" })).toString("latin1");
    return { kind: "symlink", ...common, linkTarget };
  }
  if (status.isDirectory()) return { kind: "dir", ...common };
  if (!status.isFile()) return { kind: status.isFIFO() ? "fifo" : "other", ...common };
  const sha256 = createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
  const inode = `${status.dev}:${status.ino}`;
  const sameAs = status.nlink > 1n ? inodes.get(inode) : undefined;
  if (status.nlink > 1n && sameAs === undefined) inodes.set(inode, below);
  return {
    kind: "file",
    ...common,
    sizeBytes: Number(status.size),
    sha256,
    ...(sameAs === undefined ? {} : { sameAs }),
  };
}
