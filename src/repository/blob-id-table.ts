/**
 * A hash table of blob ids in shared memory: ids in rows, one behind the other, and slots that point to rows (open
 * addressing, linear probing). Any number of threads may find and insert at once without a lock: a row is written first and
 * published by one compare-and-exchange of its slot. Growing means a new table, made while nobody else uses the old one.
 */

/** What crosses to a worker. */
export interface BlobIdTableMemory {
  readonly slots: Int32Array<SharedArrayBuffer>;
  readonly rows: Int32Array<SharedArrayBuffer>;
  /** [0]: rows handed out. */
  readonly counters: Int32Array<SharedArrayBuffer>;
}

/** A table's ids as they lie in memory. */
export type TableWords = Pick<BlobIdTable, "rows" | "slots">;

export const idWords = 8;
/** A row: the id's 8 words, then one of flags. */
const rowWords = idWords + 1;
/** Where the flag word says tree; the bits below are free for the owner of the table. */
export const treeFlag = 1 << 16;

export class BlobIdTable {
  readonly memory: BlobIdTableMemory;
  readonly #slots: Int32Array<SharedArrayBuffer>;
  readonly #rows: Int32Array<SharedArrayBuffer>;
  readonly #slotMask: number;
  /** A row that lost a race for its slot, to be used for the next insertion; -1 for none. */
  #spareRow = -1;

  constructor(memory: BlobIdTableMemory) {
    this.memory = memory;
    this.#slots = memory.slots;
    this.#rows = memory.rows;
    this.#slotMask = memory.slots.length - 1;
  }

  /** With room for `capacity` rows, at most half of the slots taken. */
  static allocate(capacity: number): BlobIdTable {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(1024, 2 * capacity)));
    return new BlobIdTable({
      slots: sharedWords(slots),
      rows: sharedWords((slots / 2) * rowWords),
      counters: sharedWords(1),
    });
  }

  /**
   * A table with room for `capacity` rows, at least as many as `other` holds, that begins with its rows. Rows keep their numbers. Only while
   * nobody inserts into `other`. Comparing no ids, it takes a tenth of inserting them.
   */
  static copyOf(other: BlobIdTable, capacity: number): BlobIdTable {
    return BlobIdTable.ofRows(other, Math.max(0, capacity - other.rowsUsed));
  }

  /** All rows, nine words each. */
  get rows(): Int32Array {
    return this.#rows.subarray(0, this.rowsUsed * rowWords);
  }

  /** For each slot the number of its row and one, or 0. */
  get slots(): Int32Array {
    return this.#slots;
  }

  /** With these rows, and room for `more`. Slots of as many as that takes are taken as they are, which spares looking for each row's. */
  static ofRows({ rows, slots }: TableWords, more: number): BlobIdTable {
    const count = Math.floor(rows.length / rowWords);
    const table = BlobIdTable.allocate(Math.max(count + more, slots.length / 2));
    table.#rows.set(rows);
    table.memory.counters[0] = count;
    if (table.#slots.length === slots.length) table.#slots.set(slots);
    else for (const taken of slots) if (taken > 0) table.#point(taken - 1);
    return table;
  }

  /** Rows it may hold. More would make it slow, at last endless: the owner makes a larger one before. */
  get capacity(): number {
    return this.#slots.length / 2;
  }

  get rowsUsed(): number {
    return Atomics.load(this.memory.counters, 0);
  }

  /** The row of the id whose words begin at `at`, or -1. `type`: 0, or `treeFlag`. */
  find(words: Int32Array, at: number, type: number): number {
    for (let slot = (words[at] ?? 0) & this.#slotMask; ; slot = (slot + 1) & this.#slotMask) {
      const row = Atomics.load(this.#slots, slot) - 1;
      if (row < 0 || this.#holds(row, words, at, type)) return row;
    }
  }

  /** The row of the id, made where there is none. */
  findOrInsert(words: Int32Array, at: number, type: number): number {
    for (let slot = (words[at] ?? 0) & this.#slotMask; ; slot = (slot + 1) & this.#slotMask) {
      let row = Atomics.load(this.#slots, slot) - 1;
      if (row < 0) {
        const made = this.#writeRow(words, at, type);
        row = Atomics.compareExchange(this.#slots, slot, 0, made + 1) - 1;
        if (row < 0) return made;
        this.#spareRow = made;
      }
      if (this.#holds(row, words, at, type)) return row;
    }
  }

  /** Sets bits of the row's flags; those it had before. */
  setFlags(row: number, bits: number): number {
    return Atomics.or(this.#rows, row * rowWords + idWords, bits);
  }

  flags(row: number): number {
    return Atomics.load(this.#rows, row * rowWords + idWords);
  }

  /** The id of a row, for the owner who copies the table into a larger one. */
  wordsOf(row: number): Int32Array {
    return this.#rows.subarray(row * rowWords, row * rowWords + idWords);
  }

  /** Calls `visit` with every row that a slot points to. */
  forEachRow(visit: (row: number) => void): void {
    for (let slot = 0; slot < this.#slots.length; slot++) {
      const row = (this.#slots[slot] ?? 0) - 1;
      if (row >= 0) visit(row);
    }
  }

  /** Has a slot point to a row that no other does. */
  #point(row: number): void {
    const [slots, mask] = [this.#slots, this.#slotMask];
    let slot = (this.#rows[row * rowWords] ?? 0) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = row + 1;
  }

  #holds(row: number, words: Int32Array, at: number, type: number): boolean {
    const rows = this.#rows;
    const from = row * rowWords;
    for (let i = 0; i < idWords; i++) {
      if (rows[from + i] !== words[at + i]) return false;
    }
    return ((rows[from + idWords] ?? 0) & treeFlag) === type;
  }

  #writeRow(words: Int32Array, at: number, type: number): number {
    const row = this.#spareRow >= 0 ? this.#spareRow : Atomics.add(this.memory.counters, 0, 1);
    this.#spareRow = -1;
    const from = row * rowWords;
    if (from + rowWords > this.#rows.length) throw new RangeError("the table of blobs is full");
    for (let i = 0; i < idWords; i++) this.#rows[from + i] = words[at + i] ?? 0;
    Atomics.store(this.#rows, from + idWords, type);
    return row;
  }
}

export function sharedWords(length: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}

/** Turns ids from other forms into words. One belongs to one thread. */
export class IdWords {
  readonly words = new Int32Array(idWords);
  readonly #bytes = Buffer.from(this.words.buffer);

  /** From 64 hex digits. */
  ofHex(id: string): Int32Array {
    this.#bytes.write(id, "hex");
    return this.words;
  }

  /** From 32 bytes at `at`. */
  ofBytes(ids: Uint8Array, at: number): Int32Array {
    for (let i = 0; i < 32; i++) this.#bytes[i] = ids[at + i] ?? 0;
    return this.words;
  }
}
