/** A place that counts what it is asked for, and caches before it. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Finding } from "../../src/base/finding-codes.ts";
import { MemoryStorage } from "../../src/storage/memory/memory-storage.ts";
import type { Storage, StorageFile } from "../../src/storage/storage.ts";
import { cached } from "../../src/storage/wrap/cache.ts";
import type { CacheFolderOptions } from "../../src/storage/wrap/cache-folder.ts";
import { tempFolder } from "./temp-folder.ts";

export const repositoryId = "ab".repeat(32);

export interface CacheScene extends AsyncDisposable {
  readonly place: MemoryStorage;
  readonly notes: Finding[];
  /** The cache's folder, and the repository's in it. */
  readonly root: string;
  readonly own: string;
  /** What the place was asked to load since the last call, by type. */
  asked(): string[];
  /** One run's view, as another process would make it. */
  open(): Storage;
}

export async function cacheScene(options: Partial<CacheFolderOptions> = {}): Promise<CacheScene> {
  const folder = await tempFolder("cache");
  const asked: string[] = [];
  const place = new MemoryStorage({
    before: (call, file) => {
      if (call === "load") asked.push(`${file?.type}`);
    },
  });
  const notes: Finding[] = [];
  return {
    place,
    notes,
    root: folder.path,
    own: join(folder.path, repositoryId),
    asked: () => asked.splice(0),
    open: (): Storage =>
      cached(place, {
        folder: folder.path,
        repository: repositoryId,
        onNote: (note) => notes.push(note),
        nowMs: Date.now,
        ...options,
      }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** A file whose name is the hash of its content. */
export function namedFile(type: StorageFile["type"], bytes: Uint8Array): StorageFile {
  return { type, name: createHash("sha256").update(bytes).digest("hex") };
}
