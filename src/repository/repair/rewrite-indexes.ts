/**
 * Puts new index files in the place of old ones. The new ones are durable before an old one goes: a crash in between leaves packs
 * that two files list, which counts as one.
 */
import type { IndexId, PackId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import { blobsOf, type IndexFile, packsOf } from "../check/listed-packs.ts";
import type { PackedBlob } from "../format/blob.ts";
import { encodeIndex } from "../format/index-file.ts";
import { saveSealed } from "../object-file.ts";
import type { Repository } from "../repository.ts";

export interface ListedPack {
  readonly id: PackId;
  readonly blobs: Iterable<PackedBlob>;
}

export interface IndexRewrite {
  /** Those that could be read. One that lists none of `leaveOut` stays as it is. */
  readonly files: readonly IndexFile[];
  readonly leaveOut: ReadonlySet<PackId>;
  readonly add: readonly ListedPack[];
  /** Files to remove whatever they say. */
  readonly obsolete: readonly IndexId[];
}

export interface RewrittenIndexes {
  readonly written: number;
  readonly removed: number;
}

/** The caller holds the exclusive lock. */
export async function rewriteIndexes(
  repo: Repository,
  rewrite: IndexRewrite,
  signal?: AbortSignal,
): Promise<RewrittenIndexes> {
  const changing = rewrite.files.filter(({ columns }) => {
    for (const [pack] of packsOf(columns)) if (rewrite.leaveOut.has(pack)) return true;
    return false;
  });
  const written = new Set<IndexId>();
  for (const some of inFiles(packsToList(rewrite, changing))) {
    written.add(await saveSealed<IndexId>(repo, "index", encodeIndex(some), signal));
  }
  signal?.throwIfAborted();
  // Sealing takes a new nonce each time, so that a name is never one of the old ones; were it, the file must stay.
  const removed = [...changing.map(({ id }) => id), ...rewrite.obsolete].filter((id) => !written.has(id));
  for (const id of removed) await repo.storage.remove({ type: "index", name: id });
  return { written: written.size, removed: removed.length };
}

function* packsToList({ leaveOut, add }: IndexRewrite, changing: readonly IndexFile[]): Generator<ListedPack> {
  const listed = new Set<PackId>();
  for (const pack of add) {
    listed.add(pack.id);
    yield pack;
  }
  for (const { columns } of changing) {
    for (const [id, rows] of packsOf(columns)) {
      if (leaveOut.has(id) || listed.has(id)) continue;
      listed.add(id);
      yield { id, blobs: blobsOf(rows) };
    }
  }
}

/** Cut where a file has enough. A pack is never cut. */
function* inFiles(packs: Iterable<ListedPack>): Generator<ListedPack[]> {
  let some: ListedPack[] = [];
  let count = 0;
  for (const { id, blobs } of packs) {
    const all = [...blobs];
    some.push({ id, blobs: all });
    count += all.length;
    if (count < limits.indexMaxBlobs) continue;
    yield some;
    some = [];
    count = 0;
  }
  if (some.length > 0) yield some;
}
