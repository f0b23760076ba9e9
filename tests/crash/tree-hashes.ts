/** What a folder holds: each file's path with the SHA-256 of its bytes. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

export type TreeHashes = ReadonlyMap<string, string>;

/** Files only; a symlink counts as its target's text is not needed here and is left out. */
export async function treeHashes(folder: string): Promise<TreeHashes> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const hashes = new Map<string, string>();
  for (const file of files.sort()) {
    const hash = createHash("sha256").update(await readFile(file));
    hashes.set(path.relative(folder, file), hash.digest("hex"));
  }
  return hashes;
}

/** The paths that differ or are on one side alone; `may` are those that only `wanted` may have. */
export function differences(
  wanted: TreeHashes,
  got: TreeHashes,
  may: (file: string) => boolean = () => false,
): string[] {
  const missing = [...wanted].filter(([file, hash]) => got.get(file) !== hash && !(may(file) && !got.has(file)));
  const extra = [...got.keys()].filter((file) => !wanted.has(file));
  return [
    ...missing.map(([file]) => `differs or is missing: ${file}`),
    ...extra.map((file) => `was not there: ${file}`),
  ];
}
