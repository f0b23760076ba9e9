/**
 * Which pack holds which blob, in memory: about 60 bytes a blob, outside of the JavaScript heap. A blob that lies in several
 * packs is found in the one that was added first; the others are for where that one is damaged.
 */
import type { BlobId, PackId } from "../base/ids.ts";
import { BlobCopies } from "./blob-copies.ts";
import { BlobIdTable, IdWords, sharedWords, type TableWords, treeFlag } from "./blob-id-table.ts";
import type { BlobType, PackedBlob } from "./format/blob.ts";
import { hexIdAt, idBytes } from "./format/hex.ts";
import type { IndexColumns } from "./format/index-file.ts";
import type { PackedIds } from "./format/node.ts";

export interface BlobLocation {
  readonly pack: PackId;
  readonly offset: number;
  /** Sealed. */
  readonly length: number;
  /** 0 where it is stored uncompressed. */
  readonly uncompressedLength: number;
}

/** All that an index knows, in words as they lie in memory. */
export interface IndexTables extends TableWords {
  readonly places: Int32Array;
  readonly copies: Int32Array;
  readonly packs: readonly PackId[];
  readonly marked: readonly PackId[];
}

/** A row's place: pack, offset, length, uncompressed length. */
const placeWords = 4;

export class BlobIndex {
  #table: BlobIdTable;
  #places: Int32Array;
  /** Packs that rustic or a prune wants removed later: nothing new may rely on them, and none of their blobs is found here. */
  readonly marked = new Set<PackId>();
  readonly #packs: PackId[] = [];
  #copies = new BlobCopies();
  readonly #scratch = new IdWords();

  /** `expected`: how many blobs are likely to come; more are no error. */
  constructor(expected = 0) {
    this.#table = BlobIdTable.allocate(expected);
    this.#places = sharedWords(this.#table.capacity * placeWords);
  }

  /** What it is made of: shared with it, and only good until something is added. */
  get tables(): IndexTables {
    const { rows, slots } = this.#table;
    const places = this.#places.subarray(0, this.count * placeWords);
    return { rows, slots, places, copies: this.#copies.words, packs: this.#packs, marked: [...this.marked] };
  }

  /** All blobs, to be looked into by other threads as long as nothing is added. */
  get table(): BlobIdTable {
    return this.#table;
  }

  /** As the one whose tables these are, with room for `more` blobs. */
  static of({ places, copies, packs, marked, ...words }: IndexTables, more: number): BlobIndex {
    const index = new BlobIndex();
    index.#table = BlobIdTable.ofRows(words, more);
    index.#places = sharedWords(index.#table.capacity * placeWords);
    index.#places.set(places);
    index.#copies = BlobCopies.of(copies);
    for (const pack of packs) index.#packs.push(pack);
    for (const pack of marked) index.marked.add(pack);
    return index;
  }

  /** Blobs known, each once. */
  get count(): number {
    return this.#table.rowsUsed;
  }

  /** Packs that were added. */
  get packs(): readonly PackId[] {
    return this.#packs;
  }

  lookup(type: BlobType, id: BlobId): BlobLocation | undefined {
    const row = this.#table.find(this.#scratch.ofHex(id), 0, flagOf(type));
    return row < 0 ? undefined : this.#location(row);
  }

  /** Everywhere it lies, the place that `lookup` gives first. */
  places(type: BlobType, id: BlobId): BlobLocation[] {
    const first = this.lookup(type, id);
    return first === undefined ? [] : [first, ...this.copies(type, id)];
  }

  /** Where else the blob lies; see `lookup`. */
  copies(type: BlobType, id: BlobId): BlobLocation[] {
    const row = this.#table.find(this.#scratch.ofHex(id), 0, flagOf(type));
    return [...this.#copies.of(row)].map((words) => this.#locationIn(words, 0));
  }

  /** As `lookup`, for blob number `index` of a packed list. */
  lookupAt(type: BlobType, ids: PackedIds, index: number): BlobLocation | undefined {
    const row = this.#table.find(this.#scratch.ofBytes(ids, index * idBytes), 0, flagOf(type));
    return row < 0 ? undefined : this.#location(row);
  }

  /**
   * A number below `count` that stands for the blob as long as nothing is added, or -1: for whoever keeps an array of what they know
   * of each blob. `index`: as in `lookupAt`.
   */
  rowAt(type: BlobType, ids: PackedIds, index: number): number {
    return this.#table.find(this.#scratch.ofBytes(ids, index * idBytes), 0, flagOf(type));
  }

  has(type: BlobType, id: BlobId): boolean {
    return this.#table.find(this.#scratch.ofHex(id), 0, flagOf(type)) >= 0;
  }

  /** Whether all of a packed list are known. */
  hasAll(type: BlobType, ids: PackedIds): boolean {
    for (let at = 0; at < ids.length; at += idBytes) {
      if (this.#table.find(this.#scratch.ofBytes(ids, at), 0, flagOf(type)) < 0) return false;
    }
    return true;
  }

  addPack(pack: PackId, blobs: Iterable<PackedBlob>): void {
    const packNumber = this.#packs.push(pack) - 1;
    for (const blob of blobs) {
      this.#reserve(1);
      const { offset, length, uncompressedLength } = blob;
      this.#add(this.#scratch.ofHex(blob.id), 0, flagOf(blob.type), packNumber, offset, length, uncompressedLength);
    }
  }

  /** All of an index file, but the packs that `leaveOut` says. */
  addColumns(columns: IndexColumns, leaveOut?: (pack: PackId) => boolean): void {
    this.#reserve(columns.count);
    const marks = columns.marked;
    for (let pack = 0; pack < (marks?.timesMs.length ?? 0); pack++) {
      if (marks) this.marked.add(hexIdAt(marks.columns.packIds, pack) as PackId);
    }
    const packNumbers: number[] = [];
    for (let pack = 0; pack * idBytes < columns.packIds.length; pack++) {
      const id = hexIdAt(columns.packIds, pack) as PackId;
      packNumbers.push(leaveOut?.(id) ? -1 : this.#packs.push(id) - 1);
    }
    const { ids, types, packs, offsets, lengths, uncompressedLengths } = columns;
    const words = new Int32Array(ids.buffer, ids.byteOffset, columns.count * 8);
    for (let blob = 0; blob < columns.count; blob++) {
      const pack = packNumbers[packs[blob] ?? 0] ?? -1;
      if (pack < 0) continue;
      const type = types[blob] === 1 ? treeFlag : 0;
      this.#add(words, blob * 8, type, pack, offsets[blob] ?? 0, lengths[blob] ?? 0, uncompressedLengths[blob] ?? 0);
    }
  }

  /**
   * Calls `visit` with each blob, its id's words and 0 or `treeFlag`, but those in a pack of `leaveOut`. For whoever keeps a table of
   * their own.
   */
  forEachBlob(visit: (words: Int32Array, type: number) => void, leaveOut: ReadonlySet<PackId> = new Set()): void {
    const leftOut = this.#packs.map((pack) => leaveOut.has(pack));
    this.#table.forEachRow((row) => {
      if (leftOut[this.#places[row * placeWords] ?? 0]) return;
      visit(this.#table.wordsOf(row), this.#table.flags(row) & treeFlag);
    });
  }

  /** Plain values, not an object: this runs for each of a million blobs. */
  #add(
    words: Int32Array,
    at: number,
    type: number,
    pack: number,
    offset: number,
    length: number,
    uncompressedLength: number,
  ): void {
    const known = this.#table.rowsUsed;
    const row = this.#table.findOrInsert(words, at, type);
    const places = this.#places;
    if (row < known) {
      // Two index files may list the same pack.
      const again = this.#packs[places[row * placeWords] ?? 0] === this.#packs[pack];
      if (!again) this.#copies.add(row, [pack, offset, length, uncompressedLength]);
      return;
    }
    places[row * placeWords] = pack;
    places[row * placeWords + 1] = offset;
    places[row * placeWords + 2] = length;
    places[row * placeWords + 3] = uncompressedLength;
  }

  #location(row: number): BlobLocation {
    return this.#locationIn(this.#places, row * placeWords);
  }

  #locationIn(places: Int32Array, at: number): BlobLocation {
    return {
      pack: this.#packs[places[at] ?? 0] ?? ("" as PackId),
      // unsigned: a pack may be up to 4 GiB
      offset: (places[at + 1] ?? 0) >>> 0,
      length: (places[at + 2] ?? 0) >>> 0,
      uncompressedLength: (places[at + 3] ?? 0) >>> 0,
    };
  }

  /** Makes room for `more` blobs. */
  #reserve(more: number): void {
    if (this.#table.rowsUsed + more <= this.#table.capacity) return;
    const [table, places] = [this.#table, this.#places];
    // Rows keep their numbers, which places and copies go by.
    this.#table = BlobIdTable.copyOf(table, Math.max(table.rowsUsed + more, 2 * table.rowsUsed));
    this.#places = sharedWords(this.#table.capacity * placeWords);
    this.#places.set(places.subarray(0, table.rowsUsed * placeWords));
  }
}

function flagOf(type: BlobType): number {
  return type === "tree" ? treeFlag : 0;
}
