/** Reads all index files of a repository. */
import { eachConcurrently } from "../base/each-concurrently.ts";
import { isObhutError, ObhutError } from "../base/errors.ts";
import { type IndexId, type PackId, parseId, shortId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { BlobIndex } from "./blob-index.ts";
import { decodeIndex } from "./format/index-file.ts";
import { keepJoined, loadJoined } from "./joined-index.ts";
import { loadSealed } from "./object-file.ts";
import type { IndexedRepository, Repository } from "./repository.ts";
import { objectName } from "./verified-file.ts";

export interface LoadIndexOptions {
  readonly signal?: AbortSignal;
  /** Packs whose blobs shall not be found, because they are not there. */
  readonly leaveOut?: (pack: PackId) => boolean;
}

/**
 * The repository with its index. OBJECT_DAMAGED where an index file is; nothing is passed over. Where one is gone that was listed,
 * another program has put new ones in its place: all is listed again, and INDEX_KEEPS_CHANGING where that does not end.
 */
export async function loadIndex(repo: Repository, options: LoadIndexOptions = {}): Promise<IndexedRepository> {
  return { ...repo, index: await withSettledIndex(repo, options.signal, () => tryLoad(repo, options)) };
}

/** What `load` gives, tried again while it gives the name of a file that was gone. INDEX_KEEPS_CHANGING */
export async function withSettledIndex<T extends object>(
  { actor, storage }: Repository,
  signal: AbortSignal | undefined,
  load: () => Promise<T | IndexId>,
): Promise<T> {
  let gone: IndexId | undefined;
  for (let tries = 0; tries < limits.indexTries; tries++) {
    if (tries > 0) await actor.clock.sleep(tries * limits.indexRetryMs, signal);
    const loaded = await load();
    if (typeof loaded !== "string") return loaded;
    gone = loaded;
  }
  throw new ObhutError("INDEX_KEEPS_CHANGING", { location: storage.location, index: gone ? shortId(gone) : "?" });
}

/** The index, or the file of it that was gone. */
async function tryLoad(repo: Repository, { signal, leaveOut }: LoadIndexOptions): Promise<BlobIndex | IndexId> {
  const kept = leaveOut === undefined ? await loadJoined(repo, roomBesideKept) : undefined;
  const listed = new Map<IndexId, number>();
  for await (const { name, sizeBytes } of repo.storage.list("index", signal)) {
    const id = parseId<IndexId>(name);
    if (id !== undefined) listed.set(id, sizeBytes);
  }
  // What holds a file that is gone holds blobs that may be gone.
  const joined = kept?.files.isSubsetOf(listed) ? kept : undefined;
  const waiting = [...listed.keys()].filter((id) => !joined?.files.has(id));
  const bytes = waiting.reduce((sum, id) => sum + (listed.get(id) ?? 0), 0);
  const index = joined?.index ?? new BlobIndex(bytes / leastBytesOfBlob(repo));
  const known = joined === undefined ? 0 : index.count;
  let gone: IndexId | undefined;
  await eachConcurrently(waiting.length, Math.min(4, repo.storage.connections), async (at) => {
    const id = waiting[at];
    if (id === undefined || gone !== undefined) return;
    try {
      index.addColumns(decodeIndex(await loadSealed(repo, "index", id, signal), objectName("index", id)), leaveOut);
    } catch (error) {
      if (!isObhutError(error, "STORAGE_FILE_MISSING")) throw error;
      gone = id;
    }
  });
  if (gone !== undefined) return gone;
  const isWorthKeeping = index.count - known >= limits.joinedIndexBlobs || waiting.length >= limits.joinedIndexFiles;
  if (leaveOut === undefined && isWorthKeeping) await keepJoined(repo, { index, files: new Set(listed.keys()) });
  return index;
}

/** Blobs that may come to what is kept before its table has to grow. */
const roomBesideKept = 8 * 1024;

/** So that the table of blobs is made once, and large enough: growing it takes as long as filling it, and twice the memory. */
function leastBytesOfBlob({ config }: Repository): number {
  // the digits of an id, which nothing compresses, and little else
  return config.version < 2 ? 140 : 40;
}
