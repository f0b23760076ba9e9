/** Reads all index files of a repository. */
import type { IndexId, PackId } from "../base/ids.ts";
import { parseId } from "../base/ids.ts";
import { BlobIndex } from "./blob-index.ts";
import { decodeIndex } from "./format/index-file.ts";
import { loadSealed, objectName } from "./object-file.ts";
import type { IndexedRepository, Repository } from "./repository.ts";

export interface LoadIndexOptions {
  readonly signal?: AbortSignal;
  /** Packs whose blobs shall not be found, because they are not there. */
  readonly leaveOut?: (pack: PackId) => boolean;
}

/** The repository with its index. OBJECT_DAMAGED where an index file is; nothing is passed over. */
export async function loadIndex(repo: Repository, options: LoadIndexOptions = {}): Promise<IndexedRepository> {
  const index = new BlobIndex();
  const waiting: IndexId[] = [];
  for await (const { name } of repo.storage.list("index", options.signal)) {
    const id = parseId<IndexId>(name);
    if (id !== undefined) waiting.push(id);
  }
  const load = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const json = await loadSealed(repo, "index", id, options.signal);
      index.addColumns(decodeIndex(json, objectName("index", id)), options.leaveOut);
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, repo.storage.connections) }, load));
  return { ...repo, index };
}
