/**
 * What all index files say, pack by pack. Unlike a check, a prune relies on every word of it: a file that cannot be read ends it.
 * Memory: 49 bytes for each entry, outside of the JavaScript heap, and a small object for each pack.
 */
import { eachConcurrently } from "../../base/each-concurrently.ts";
import { type IndexId, type PackId, parseId } from "../../base/ids.ts";
import { BlobIndex } from "../blob-index.ts";
import type { BlobType } from "../format/blob.ts";
import { hexIdAt, idBytes } from "../format/hex.ts";
import { decodeIndex, type IndexColumns } from "../format/index-file.ts";
import { headerEntryBytes, packTailOverheadBytes } from "../format/pack.ts";
import { loadSealed } from "../object-file.ts";
import type { Repository } from "../repository.ts";
import { objectName } from "../verified-file.ts";

/** Rows `from` up to, not including, `to` of an index file. */
export interface Span {
  readonly columns: IndexColumns;
  readonly from: number;
  readonly to: number;
}

export interface IndexedFile {
  readonly id: IndexId;
  readonly columns: IndexColumns;
}

export interface ListedPack {
  readonly id: PackId;
  /** Its entries, each once. One span, but where two index files list the pack and differ. */
  readonly spans: readonly Span[];
  /** The index files that list it. */
  readonly listedIn: readonly IndexId[];
}

/** A pack that an earlier prune, or rustic's, wants removed. What no entry is known of has no spans. */
export interface MarkedPack extends ListedPack {
  readonly timeMs: number | undefined;
}

export interface PackList {
  readonly files: readonly IndexedFile[];
  readonly packs: readonly ListedPack[];
  /** Without those that are in `packs` too: as in rustic, being listed counts for more. */
  readonly marked: readonly MarkedPack[];
  /** Of `packs` and `marked` together. */
  readonly entries: number;
}

/** OBJECT_DAMAGED where an index file is. Only under a lock that keeps others from replacing index files. */
export async function loadPackList(repo: Repository, signal?: AbortSignal): Promise<PackList> {
  const ids: IndexId[] = [];
  for await (const { name } of repo.storage.list("index", signal)) {
    const id = parseId<IndexId>(name);
    if (id !== undefined) ids.push(id);
  }
  const files: IndexedFile[] = [];
  await eachConcurrently(ids.length, Math.min(4, repo.storage.connections), async (at) => {
    const id = ids[at];
    if (id === undefined) return;
    files.push({ id, columns: decodeIndex(await loadSealed(repo, "index", id, signal), objectName("index", id)) });
  });
  return listPacks(files);
}

/** Pure part of `loadPackList`. */
export function listPacks(files: readonly IndexedFile[]): PackList {
  const packs = new Map<PackId, { id: PackId; spans: Span[]; listedIn: IndexId[] }>();
  for (const { id: file, columns } of files) {
    for (const span of spansOf(columns)) {
      const id = hexIdAt(columns.packIds, columns.packs[span.from] ?? 0) as PackId;
      const pack = packs.get(id) ?? { id, spans: [], listedIn: [] };
      packs.set(id, pack);
      if (pack.listedIn.at(-1) !== file) pack.listedIn.push(file);
      const unseen = pack.spans.length === 0 ? [span] : withoutKnown(span, pack.spans);
      pack.spans.push(...unseen);
    }
  }
  const listed = [...packs.values()];
  const marked = listMarks(files).filter(({ id }) => !packs.has(id));
  const entries = [...listed, ...marked]
    .flatMap(({ spans }) => spans)
    .reduce((sum, { from, to }) => sum + to - from, 0);
  return { files, packs: listed, marked, entries };
}

/** The first mark of each pack. */
function listMarks(files: readonly IndexedFile[]): MarkedPack[] {
  const marks = new Map<PackId, MarkedPack & { readonly listedIn: IndexId[] }>();
  for (const { id: file, columns } of files) {
    const { marked } = columns;
    if (marked === undefined) continue;
    const spans = new Map(Array.from(spansOf(marked.columns), (span) => [marked.columns.packs[span.from], span]));
    for (const [number, timeMs] of marked.timesMs.entries()) {
      const id = hexIdAt(marked.columns.packIds, number) as PackId;
      const known = marks.get(id);
      const span = spans.get(number);
      if (known === undefined) marks.set(id, { id, spans: span ? [span] : [], listedIn: [file], timeMs });
      else known.listedIn.push(file);
    }
  }
  return [...marks.values()];
}

/** Rows of the same pack that follow each other. */
function* spansOf(columns: IndexColumns): Generator<Span> {
  for (let from = 0; from < columns.count; ) {
    let to = from + 1;
    while (to < columns.count && columns.packs[to] === columns.packs[from]) to++;
    yield { columns, from, to };
    from = to;
  }
}

/** Row by row, what the pack's other spans do not say in the same words. */
function withoutKnown(span: Span, known: readonly Span[]): Span[] {
  const words = new Set<string>();
  for (const other of known) for (let row = other.from; row < other.to; row++) words.add(wordsOf(other.columns, row));
  const { columns } = span;
  const rows = Array.from({ length: span.to - span.from }, (_, at) => span.from + at);
  return rows.filter((row) => !words.has(wordsOf(columns, row))).map((row) => ({ columns, from: row, to: row + 1 }));
}

function wordsOf({ offsets, lengths, types, ids }: IndexColumns, row: number): string {
  return `${offsets[row]} ${lengths[row]} ${types[row]} ${hexIdAt(ids, row)}`;
}

/** The size that a pack with these entries has. Source: restic's doc/design.rst, "Pack Format". */
export function packBytesOf({ spans }: ListedPack): number {
  let bytes = packTailOverheadBytes;
  for (const { columns, from, to } of spans) {
    for (let row = from; row < to; row++) {
      bytes += (columns.lengths[row] ?? 0) + headerEntryBytes(columns.uncompressedLengths[row] ?? 0);
    }
  }
  return bytes;
}

/** All blobs that are listed, wherever they lie, and behind them those of marked packs. */
export function indexOfList({ files, entries }: PackList): BlobIndex {
  const index = new BlobIndex(entries);
  for (const { columns } of files) index.addColumns(columns);
  for (const { columns } of files) if (columns.marked) index.addColumns(columns.marked.columns);
  return index;
}

export function typeAt({ types }: IndexColumns, row: number): BlobType {
  return types[row] === 1 ? "tree" : "data";
}

/** The 32 bytes of a row's id. */
export function idAt({ ids }: IndexColumns, row: number): Uint8Array {
  return ids.subarray(row * idBytes, (row + 1) * idBytes);
}
