/**
 * Which blobs which destination has, in memory that all threads share. A thread that meets a piece claims it for the destinations
 * that lack it: of two that meet it at once, one gets each destination, so no piece is stored twice.
 */
import type { BlobId, PackId } from "../../base/ids.ts";
import { BlobIdTable, type BlobIdTableMemory, IdWords, idWords, treeFlag } from "../blob-id-table.ts";
import type { BlobIndex } from "../blob-index.ts";
import type { PackedIds } from "../format/node.ts";

export class KnownBlobs {
  #table: BlobIdTable;

  constructor(table: BlobIdTable) {
    this.#table = table;
  }

  /** With room for `capacity` blobs. */
  static allocate(capacity: number): KnownBlobs {
    return new KnownBlobs(BlobIdTable.allocate(capacity));
  }

  get memory(): BlobIdTableMemory {
    return this.#table.memory;
  }

  /**
   * Of the destinations in `wanted` (one bit each), those that lacked the blob until now: the caller must store it there.
   * `type`: 0 or `treeFlag`.
   */
  claim(words: Int32Array, at: number, type: number, wanted: number): number {
    const row = this.#table.findOrInsert(words, at, type);
    if ((wanted & ~this.#table.flags(row)) === 0) return 0;
    return wanted & ~this.#table.setFlags(row, wanted);
  }

  /** Says that destinations have a blob. */
  add(words: Int32Array, at: number, type: number, destinations: number): void {
    this.#table.setFlags(this.#table.findOrInsert(words, at, type), destinations);
  }

  /** Says that destinations have all of an index, but what lies in the packs that are `missing`. */
  addIndex(index: BlobIndex, destinations: number, missing: ReadonlySet<PackId>): void {
    if (missing.size === 0 && this.#table.rowsUsed === 0) {
      this.#table = index.copyTable(this.#table.capacity, destinations);
      return;
    }
    if (this.room < index.count) this.grow(index.count);
    index.forEachBlob((words, type) => this.add(words, 0, type, destinations), missing);
  }

  /** Whether all of `destinations` have all the data blobs of a list. */
  haveAll(ids: PackedIds, destinations: number): boolean {
    // a copy, because words must be aligned and a view into a pooled buffer may not be
    const words = new Int32Array(ids.slice().buffer);
    for (let at = 0; at < words.length; at += idWords) {
      const row = this.#table.find(words, at, 0);
      if (row < 0 || (destinations & ~this.#table.flags(row)) !== 0) return false;
    }
    return true;
  }

  /** Whether all of `destinations` have the tree. */
  haveTree(id: BlobId, destinations: number): boolean {
    const row = this.#table.find(new IdWords().ofHex(id), 0, treeFlag);
    return row >= 0 && (destinations & ~this.#table.flags(row)) === 0;
  }

  /** Blobs that may still come before the table has to grow. */
  get room(): number {
    return this.#table.capacity - this.#table.rowsUsed;
  }

  /** Makes room for `more`. Only while no other thread works with it: they need the new `memory`. */
  grow(more: number): void {
    const old = this.#table;
    this.#table = BlobIdTable.copyOf(old, Math.max(2 * old.capacity, old.rowsUsed + more));
  }
}
