/** How much a capture will have to go through: for the time left, and for nothing else. */
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { bytePath } from "../base/byte-path.ts";
import { leftOutReason, type Part, partOf, sideFileOf } from "../openwebui/parts.ts";

export interface EstimatedSize {
  readonly files: number;
  readonly bytes: number;
}

/** What cannot be read counts as nothing. Rejects with the signal's reason. */
export async function estimateSize(
  dataDirectory: string,
  parts: ReadonlySet<Part>,
  signal: AbortSignal,
): Promise<EstimatedSize> {
  let files = 0;
  let bytes = 0;
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal.throwIfAborted();
    const entries = await readdir(join(dataDirectory, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const path = bytePath(name);
      if (leftOutReason(path) !== undefined || sideFileOf(path) !== undefined) continue;
      if (entry.isDirectory()) folders.push(name);
      if (!entry.isFile() || !parts.has(partOf(path))) continue;
      files += 1;
      bytes += await lstat(join(dataDirectory, name)).then(
        ({ size }) => size,
        () => 0,
      );
    }
  }
  return { files, bytes };
}
