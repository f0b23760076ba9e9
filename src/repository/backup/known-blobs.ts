/**
 * Which blobs which destination has, in memory that all threads share. A thread that meets a piece claims it for the destinations
 * that lack it: of two that meet it at once, one gets each destination, so no piece is stored twice.
 */
import type { BlobId, PackId } from "../../base/ids.ts";
import { BlobIdTable, type BlobIdTableMemory, IdWords, idWords, treeFlag } from "../blob-id-table.ts";
import type { BlobIndex } from "../blob-index.ts";
import type { PackedIds } from "../format/node.ts";

/** What crosses to a worker. */
export interface KnownBlobsMemory {
  readonly table: BlobIdTableMemory;
  readonly indexed: { readonly table: BlobIdTableMemory; readonly destinations: number } | undefined;
}

/** A table of an index, which is looked into where it lies: a copy would take longer than a backup of nothing new. */
interface Indexed {
  readonly table: BlobIdTable;
  /** Bits of those that have all of it. */
  readonly destinations: number;
}

export class KnownBlobs {
  /** Whatever `#indexed` does not say; a row's flags are the destinations. */
  #table: BlobIdTable;
  #indexed: Indexed | undefined;

  private constructor(table: BlobIdTable, indexed: Indexed | undefined) {
    this.#table = table;
    this.#indexed = indexed;
  }

  /** With room for `capacity` blobs beside those of an index. */
  static allocate(capacity: number): KnownBlobs {
    return new KnownBlobs(BlobIdTable.allocate(capacity), undefined);
  }

  /** In a thread: those of another. */
  static of({ table, indexed }: KnownBlobsMemory): KnownBlobs {
    return new KnownBlobs(
      new BlobIdTable(table),
      indexed && { table: new BlobIdTable(indexed.table), destinations: indexed.destinations },
    );
  }

  get memory(): KnownBlobsMemory {
    const { table, destinations } = this.#indexed ?? {};
    return {
      table: this.#table.memory,
      indexed: table && destinations !== undefined ? { table: table.memory, destinations } : undefined,
    };
  }

  /**
   * Of the destinations in `wanted` (one bit each), those that lacked the blob until now: the caller must store it there.
   * `type`: 0 or `treeFlag`.
   */
  claim(words: Int32Array, at: number, type: number, wanted: number): number {
    const lacking = wanted & ~this.#inIndex(words, at, type);
    if (lacking === 0) return 0;
    const row = this.#table.findOrInsert(words, at, type);
    if ((lacking & ~this.#table.flags(row)) === 0) return 0;
    return lacking & ~this.#table.setFlags(row, lacking);
  }

  /** Says that destinations have a blob. */
  add(words: Int32Array, at: number, type: number, destinations: number): void {
    this.#table.setFlags(this.#table.findOrInsert(words, at, type), destinations);
  }

  /**
   * Says that destinations have all of an index, but what lies in the packs that are `missing`. Nothing may be added to the index as
   * long as this is used.
   */
  addIndex(index: BlobIndex, destinations: number, missing: ReadonlySet<PackId>): void {
    if (missing.size === 0 && this.#indexed === undefined) {
      this.#indexed = { table: index.table, destinations };
      return;
    }
    if (this.room < index.count) this.grow(index.count);
    index.forEachBlob((words, type) => this.add(words, 0, type, destinations), missing);
  }

  /** Whether all of `destinations` have all the data blobs of a list. */
  haveAll(ids: PackedIds, destinations: number): boolean {
    // Words must be aligned, and a view into a pooled buffer may not be.
    const { buffer, byteOffset, byteLength } = ids.byteOffset % 4 === 0 ? ids : ids.slice();
    const words = new Int32Array(buffer, byteOffset, byteLength / 4);
    for (let at = 0; at < words.length; at += idWords) if (!this.#have(words, at, 0, destinations)) return false;
    return true;
  }

  /** Whether all of `destinations` have the tree. */
  haveTree(id: BlobId, destinations: number): boolean {
    return this.#have(new IdWords().ofHex(id), 0, treeFlag, destinations);
  }

  #have(words: Int32Array, at: number, type: number, destinations: number): boolean {
    const lacking = destinations & ~this.#inIndex(words, at, type);
    if (lacking === 0) return true;
    const row = this.#table.find(words, at, type);
    return row >= 0 && (lacking & ~this.#table.flags(row)) === 0;
  }

  /** Which destinations have it by the index. */
  #inIndex(words: Int32Array, at: number, type: number): number {
    const indexed = this.#indexed;
    return indexed === undefined || indexed.table.find(words, at, type) < 0 ? 0 : indexed.destinations;
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
