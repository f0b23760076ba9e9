/** What the indexes say of each pack, read so that a damaged index costs nothing but what it said. */
import { eachConcurrently } from "../../base/each-concurrently.ts";
import { isObhutError, type ObhutError } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { type BlobId, type IndexId, type PackId, parseId, shortId } from "../../base/ids.ts";
import { BlobIndex } from "../blob-index.ts";
import { failureReason } from "../failure-reason.ts";
import type { PackedBlob } from "../format/blob.ts";
import { hexIdAt, idBytes } from "../format/hex.ts";
import { decodeIndex, type IndexColumns } from "../format/index-file.ts";
import { headerEntryBytes, packTailOverheadBytes } from "../format/pack.ts";
import { isDamage } from "../is-damage.ts";
import { withSettledIndex } from "../load-index.ts";
import { loadSealed } from "../object-file.ts";
import type { Repository } from "../repository.ts";
import { objectName } from "../verified-file.ts";

/** Rows `from` to `to` of an index file. */
export interface IndexRows {
  readonly columns: IndexColumns;
  readonly from: number;
  readonly to: number;
}

export interface IndexFile {
  readonly id: IndexId;
  readonly columns: IndexColumns;
}

export interface FailedIndex {
  readonly id: IndexId;
  readonly error: ObhutError;
}

export interface LoadedIndexes {
  readonly files: readonly IndexFile[];
  /** Index files that were read and are damaged; what they said is in nothing else here. */
  readonly damaged: readonly FailedIndex[];
  /** Index files that could not be read: they may be whole, and say what nothing else does. */
  readonly unreadable: readonly FailedIndex[];
  readonly packs: ReadonlyMap<PackId, IndexRows>;
  /** Entries of all packs; a blob in two packs counts twice. */
  readonly entries: number;
  readonly findings: readonly Finding[];
}

/** INDEX_KEEPS_CHANGING where files that were listed are gone again and again: others put new ones in their place. */
export async function loadIndexes(repo: Repository, signal?: AbortSignal): Promise<LoadedIndexes> {
  return await withSettledIndex(repo, signal, () => tryLoad(repo, signal));
}

/** The indexes, or the file of them that was gone. */
async function tryLoad(repo: Repository, signal?: AbortSignal): Promise<LoadedIndexes | IndexId> {
  const ids: IndexId[] = [];
  for await (const { name } of repo.storage.list("index", signal)) {
    const id = parseId<IndexId>(name);
    if (id !== undefined) ids.push(id);
  }
  const files: IndexFile[] = [];
  const damaged: FailedIndex[] = [];
  const unreadable: FailedIndex[] = [];
  let gone: IndexId | undefined;
  await eachConcurrently(ids.length, repo.storage.connections, async (at) => {
    const id = ids[at];
    if (id === undefined || gone !== undefined) return;
    try {
      const json = await loadSealed(repo, "index", id, signal);
      files.push({ id, columns: decodeIndex(json, objectName("index", id)) });
    } catch (error) {
      if (!isObhutError(error) || signal?.aborted) throw error;
      if (isObhutError(error, "STORAGE_FILE_MISSING")) gone = id;
      else (isDamage(error) ? damaged : unreadable).push({ id, error });
    }
  });
  if (gone !== undefined) return gone;
  const packs = new Map<PackId, IndexRows>();
  let entries = 0;
  for (const { columns } of files) {
    for (const [id, rows] of packsOf(columns)) {
      // A pack that two indexes list (an index rewritten, the old one not yet removed) counts once.
      if (packs.has(id)) continue;
      packs.set(id, rows);
      entries += rows.to - rows.from;
    }
  }
  const named = ({ id, error }: FailedIndex) => ({ index: shortId(id), reason: failureReason(error) });
  const findings = [
    ...damaged.map((one) => finding("INDEX_DAMAGED", named(one))),
    ...unreadable.map((one) => finding("INDEX_UNREADABLE", named(one))),
  ];
  return { files, damaged, unreadable, packs, entries, findings };
}

/** The packs an index file lists. */
export function* packsOf(columns: IndexColumns): Generator<[PackId, IndexRows]> {
  let from = 0;
  while (from < columns.count) {
    const pack = columns.packs[from] ?? 0;
    let to = from + 1;
    while (to < columns.count && columns.packs[to] === pack) to++;
    yield [hexIdAt(columns.packIds, pack) as PackId, { columns, from, to }];
    from = to;
  }
}

/** Of one pack, as an index file has them. */
export function* blobsOf({ columns, from, to }: IndexRows): Generator<PackedBlob, void> {
  for (let row = from; row < to; row++) {
    yield {
      id: hexIdAt(columns.ids, row) as BlobId,
      type: columns.types[row] === 1 ? "tree" : "data",
      offset: columns.offsets[row] ?? 0,
      length: columns.lengths[row] ?? 0,
      uncompressedLength: columns.uncompressedLengths[row] ?? 0,
    };
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
  for (const { columns } of loaded.files) index.addColumns(columns, (pack) => !isThere(pack));
  return index;
}

/** Blobs that lie in more than one pack that is there, and the bytes they take beyond the first. `index`: of those packs. */
export function duplicatesOf(
  loaded: LoadedIndexes,
  index: BlobIndex,
  isThere: (pack: PackId) => boolean,
): { count: number; sizeBytes: number } {
  let [count, sizeBytes] = [0, 0];
  if (loaded.entries <= index.count) return { count, sizeBytes };
  for (const [pack, { columns, from, to }] of loaded.packs) {
    if (!isThere(pack)) continue;
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
