/** What a repository takes up. */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Sum of the lengths of all files below `folder`: what would have to be uploaded, whatever the file system rounds to. */
export function storedBytes(folder: string): number {
  let total = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) total += lstatSync(join(entry.parentPath, entry.name)).size;
  return total;
}
