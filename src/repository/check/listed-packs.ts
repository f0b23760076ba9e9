/** What the indexes say of each pack, read so that a damaged index costs nothing but what it said. */
import { eachConcurrently } from "../../base/each-concurrently.ts";
import { isObhutError } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { type IndexId, type PackId, parseId, shortId } from "../../base/ids.ts";
import { BlobIndex } from "../blob-index.ts";
import { failureReason } from "../failure-reason.ts";
import { hexIdAt, idBytes } from "../format/hex.ts";
import { decodeIndex, type IndexColumns } from "../format/index-file.ts";
import { headerEntryBytes, packTailOverheadBytes } from "../format/pack.ts";
import { loadSealed, objectName } from "../object-file.ts";
import type { Repository } from "../repository.ts";

/** Rows `from` to `to` of an index file. */
export interface IndexRows {
  readonly columns: IndexColumns;
  readonly from: number;
  readonly to: number;
}

export interface LoadedIndexes {
  readonly files: readonly IndexColumns[];
  readonly packs: ReadonlyMap<PackId, IndexRows>;
  /** Entries of all packs; a blob in two packs counts twice. */
  readonly entries: number;
  readonly findings: readonly Finding[];
}

export async function loadIndexes(repo: Repository, signal?: AbortSignal): Promise<LoadedIndexes> {
  const ids: IndexId[] = [];
  for await (const { name } of repo.storage.list("index", signal)) {
    const id = parseId<IndexId>(name);
    if (id !== undefined) ids.push(id);
  }
  const files: IndexColumns[] = [];
  const findings: Finding[] = [];
  await eachConcurrently(ids.length, repo.storage.connections, async (at) => {
    const id = ids[at];
    if (id === undefined) return;
    try {
      files.push(decodeIndex(await loadSealed(repo, "index", id, signal), objectName("index", id)));
    } catch (error) {
      if (!isObhutError(error) || signal?.aborted) throw error;
      findings.push(finding("INDEX_DAMAGED", { index: shortId(id), reason: failureReason(error) }));
    }
  });
  const packs = new Map<PackId, IndexRows>();
  let entries = 0;
  for (const columns of files) {
    for (const [id, rows] of packsOf(columns)) {
      // A pack that two indexes list (an index rewritten, the old one not yet removed) counts once.
      if (packs.has(id)) continue;
      packs.set(id, rows);
      entries += rows.to - rows.from;
    }
  }
  return { files, packs, entries, findings };
}

function* packsOf(columns: IndexColumns): Generator<[PackId, IndexRows]> {
  let from = 0;
  while (from < columns.count) {
    const pack = columns.packs[from] ?? 0;
    let to = from + 1;
    while (to < columns.count && columns.packs[to] === pack) to++;
    yield [hexIdAt(columns.packIds, pack) as PackId, { columns, from, to }];
    from = to;
  }
}

/** The size that a pack with these blobs has. Source: restic's doc/design.rst, "Pack Format". */
export function expectedPackBytes({ columns, from, to }: IndexRows): number {
  let bytes = packTailOverheadBytes;
  for (let row = from; row < to; row++) {
    bytes += (columns.lengths[row] ?? 0) + headerEntryBytes(columns.uncompressedLengths[row] ?? 0);
  }
  return bytes;
}

/** An index of what is really there. */
export function indexOf(loaded: LoadedIndexes, isThere: (pack: PackId) => boolean): BlobIndex {
  const index = new BlobIndex(loaded.entries);
  for (const columns of loaded.files) index.addColumns(columns, (pack) => !isThere(pack));
  return index;
}

/** Blobs that lie in more than one pack, and the bytes they take beyond the first. */
export function duplicatesOf(loaded: LoadedIndexes, index: BlobIndex): { count: number; sizeBytes: number } {
  let [count, sizeBytes] = [0, 0];
  if (loaded.entries <= index.count) return { count, sizeBytes };
  for (const [pack, { columns, from, to }] of loaded.packs) {
    for (let row = from; row < to; row++) {
      const type = columns.types[row] === 1 ? "tree" : "data";
      const place = index.lookupAt(type, columns.ids.subarray(row * idBytes, (row + 1) * idBytes), 0);
      if (place === undefined || (place.pack === pack && place.offset === columns.offsets[row])) continue;
      count++;
      sizeBytes += columns.lengths[row] ?? 0;
    }
  }
  return { count, sizeBytes };
}
