/**
 * Index files without the packs that go. Only files are written anew that must be: those that name such a pack or one that another
 * file names too, and with them the small ones. The old files are removed by the caller, once the new ones are durable.
 */
import type { IndexId, PackId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import type { PackedBlob } from "../format/blob.ts";
import { hexIdAt } from "../format/hex.ts";
import { encodeIndex } from "../format/index-file.ts";
import { headerBlobs } from "../format/pack.ts";
import { saveSealed } from "../object-file.ts";
import type { IndexedPack } from "../packs/index-writer.ts";
import type { Repository } from "../repository.ts";
import { type ListedPack, type PackList, typeAt } from "./pack-list.ts";

/** A file with fewer blobs is small; this many small ones are put together even where nothing else is to be done. */
const smallBlobs = limits.indexMaxBlobs / 2;
const manySmallFiles = 10;

export interface IndexRewrite {
  /** Files that are replaced. */
  readonly replaced: readonly IndexId[];
  /** Packs that only those name, and that stay. */
  readonly packs: readonly ListedPack[];
}

/** Pure. */
export function planIndexRewrite(list: PackList, going: ReadonlySet<PackId>): IndexRewrite {
  const replaced = new Set<IndexId>();
  for (const { id, listedIn } of list.packs) {
    if (going.has(id) || listedIn.length > 1) for (const file of listedIn) replaced.add(file);
  }
  const small = list.files.filter(({ id, columns }) => columns.count < smallBlobs && !replaced.has(id));
  if (replaced.size > 0 || small.length >= manySmallFiles) for (const { id } of small) replaced.add(id);
  const packs = list.packs.filter(({ id, listedIn }) => !going.has(id) && listedIn.some((file) => replaced.has(file)));
  return { replaced: [...replaced], packs };
}

/** Writes the new files; durable when it resolves. Memory: one file. */
export async function writeIndexes(
  repo: Repository,
  { packs, added }: { readonly packs: readonly ListedPack[]; readonly added: readonly IndexedPack[] },
  signal: AbortSignal,
): Promise<void> {
  let waiting: { readonly id: PackId; readonly blobs: readonly PackedBlob[] }[] = [];
  let count = 0;
  const save = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const json = encodeIndex(waiting);
    [waiting, count] = [[], 0];
    await saveSealed<IndexId>(repo, "index", json, signal);
  };
  for (const pack of listedBlobs(packs, added)) {
    waiting.push(pack);
    count += pack.blobs.length;
    if (count >= limits.indexMaxBlobs) await save();
  }
  await save();
}

function* listedBlobs(
  packs: readonly ListedPack[],
  added: readonly IndexedPack[],
): Generator<{ readonly id: PackId; readonly blobs: readonly PackedBlob[] }> {
  for (const { id, spans } of packs) yield { id, blobs: spans.flatMap((span) => [...blobsOf(span)]) };
  for (const { id, header } of added) yield { id, blobs: [...headerBlobs(header, id)] };
}

function* blobsOf({ columns, from, to }: ListedPack["spans"][number]): Generator<PackedBlob> {
  for (let row = from; row < to; row++) {
    yield {
      id: hexIdAt(columns.ids, row) as PackedBlob["id"],
      type: typeAt(columns, row),
      offset: columns.offsets[row] ?? 0,
      length: columns.lengths[row] ?? 0,
      uncompressedLength: columns.uncompressedLengths[row] ?? 0,
    };
  }
}
