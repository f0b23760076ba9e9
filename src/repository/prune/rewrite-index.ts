/**
 * Index files without the packs that go. Only files are written anew that must be: those that name such a pack or one that another
 * file names too, or whose marks change, and with them the small ones. The old files are removed by the caller, once the new ones are durable.
 */
import type { IndexId, PackId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import type { PackedBlob } from "../format/blob.ts";
import { hexIdAt } from "../format/hex.ts";
import { type EncodedMark, type EncodedPack, encodeIndex } from "../format/index-file.ts";
import { headerBlobs } from "../format/pack.ts";
import { timeTextOfMs } from "../format/time-text.ts";
import { saveSealed } from "../object-file.ts";
import type { IndexedPack } from "../packs/index-writer.ts";
import type { Repository } from "../repository.ts";
import { type ListedPack, typeAt } from "./pack-list.ts";
import { goingPacks, type LoadedPrunePlan } from "./prune-plan.ts";

/** A file with fewer blobs is small; this many small ones are put together even where nothing else is to be done. */
const smallBlobs = limits.indexMaxBlobs / 2;
const manySmallFiles = 10;

export interface IndexRewrite {
  /** Files that are replaced. */
  readonly replaced: readonly IndexId[];
  /** Packs that only those name, and that stay. */
  readonly packs: readonly ListedPack[];
  /** Packs that are to be removed by a later prune: new ones, and those that only replaced files mark. */
  readonly marks: readonly NewMark[];
}

export interface NewMark extends ListedPack {
  readonly timeMs: number;
  readonly sizeBytes: number;
}

/** `nowMs`: the time of new marks. Pure. */
export function planIndexRewrite(plan: LoadedPrunePlan, nowMs: number): IndexRewrite {
  const { list, recovered, packs } = plan;
  const going = new Set(goingPacks(plan).map(({ id }) => id));
  const changedMarks = plan.loose.filter(({ fate }) => fate !== "stay").flatMap(({ mark }) => mark ?? []);
  const replaced = new Set([...recovered, ...changedMarks].flatMap(({ listedIn }) => listedIn));
  for (const { id, listedIn } of list.packs) {
    if (going.has(id) || listedIn.length > 1) for (const file of listedIn) replaced.add(file);
  }
  const small = list.files.filter(({ id, columns }) => columns.count < smallBlobs && !replaced.has(id));
  if (replaced.size > 0 || small.length >= manySmallFiles) for (const { id } of small) replaced.add(id);
  const moved = ({ listedIn }: ListedPack): boolean => listedIn.some((file) => replaced.has(file));
  const staying = packs.filter(({ pack, fate }) => fate === "keep" && moved(pack)).map(({ pack }) => pack);
  return { replaced: [...replaced], packs: staying, marks: [...newMarks(plan, nowMs), ...oldMarks(plan, moved)] };
}

function* newMarks({ packs, loose, later }: LoadedPrunePlan, timeMs: number): Generator<NewMark> {
  for (const { pack, fate, bytes } of later ? packs : []) {
    if (fate === "repack" || fate === "remove") yield { ...pack, timeMs, sizeBytes: bytes };
  }
  for (const { id, mark, fate, sizeBytes } of loose) {
    if (fate === "mark") yield { ...(mark ?? { id, spans: [], listedIn: [] }), timeMs, sizeBytes };
  }
}

function* oldMarks({ loose }: LoadedPrunePlan, moved: (pack: ListedPack) => boolean): Generator<NewMark> {
  for (const { mark, fate, sizeBytes } of loose) {
    if (fate !== "stay" || mark?.timeMs === undefined || !moved(mark)) continue;
    yield { ...mark, timeMs: mark.timeMs, sizeBytes };
  }
}

export interface NewIndexes {
  readonly packs: readonly ListedPack[];
  readonly added: readonly IndexedPack[];
  readonly marks: readonly NewMark[];
}

/** Writes the new files; durable when it resolves. Memory: one file. */
export async function writeIndexes(
  repo: Repository,
  { packs, added, marks }: NewIndexes,
  signal: AbortSignal,
): Promise<void> {
  const save = async (blobs: readonly EncodedPack[], marked: readonly EncodedMark[]): Promise<void> => {
    await saveSealed<IndexId>(repo, "index", encodeIndex(blobs, marked), signal);
  };
  for (const file of inFiles(listedBlobs(packs, added))) await save(file, []);
  for (const file of inFiles(markedBlobs(marks))) await save([], file);
}

/** As many in one as a file may hold. */
function* inFiles<Pack extends { readonly blobs: readonly PackedBlob[] }>(packs: Iterable<Pack>): Generator<Pack[]> {
  let file: Pack[] = [];
  let count = 0;
  for (const pack of packs) {
    file.push(pack);
    count += pack.blobs.length;
    if (count < limits.indexMaxBlobs) continue;
    yield file;
    [file, count] = [[], 0];
  }
  if (file.length > 0) yield file;
}

function* markedBlobs(marks: readonly NewMark[]): Generator<EncodedMark & { readonly blobs: readonly PackedBlob[] }> {
  for (const { id, spans, timeMs, sizeBytes } of marks) {
    yield { id, blobs: spans.flatMap((span) => [...blobsOf(span)]), time: timeTextOfMs(timeMs), sizeBytes };
  }
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
