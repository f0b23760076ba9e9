/** Reads the blobs of an index file, most of them by comparing bytes with the form in which restic writes them. */
import { idBytes, idDigits, readHexId } from "./hex.ts";
import type { JsonScanner } from "./json-scanner.ts";

const idStart = Buffer.from('{"id":"');
const dataType = Buffer.from('","type":"data","offset":');
const treeType = Buffer.from('","type":"tree","offset":');
const lengthField = Buffer.from(',"length":');
const uncompressedField = Buffer.from(',"uncompressed_length":');
const maxOffset = 0xffff_ffff;

interface Columns {
  readonly ids: Uint8Array;
  readonly types: Uint8Array;
  readonly packs: Uint32Array;
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  readonly uncompressedLengths: Uint32Array;
}

export class IndexBlobReader {
  readonly #scanner: JsonScanner;
  #columns: Columns;
  #count = 0;
  #capacity: number;

  constructor(scanner: JsonScanner) {
    this.#scanner = scanner;
    // an entry is about 170 bytes long
    this.#capacity = Math.max(16, Math.ceil(scanner.bytes.length / 160));
    this.#columns = allocate(this.#capacity);
  }

  /** Takes one blob, as an element of the pack numbered `pack`. */
  read(pack: number): void {
    if (this.#count === this.#capacity) this.#grow();
    this.#columns.packs[this.#count] = pack;
    const start = this.#scanner.at;
    if (!this.#readFast()) {
      this.#scanner.at = start;
      this.#readAny();
    }
    this.#count++;
  }

  columns(): Columns & { readonly count: number } {
    const count = this.#count;
    const { ids, types, packs, offsets, lengths, uncompressedLengths } = this.#columns;
    return {
      count,
      ids: ids.subarray(0, count * idBytes),
      types: types.subarray(0, count),
      packs: packs.subarray(0, count),
      offsets: offsets.subarray(0, count),
      lengths: lengths.subarray(0, count),
      uncompressedLengths: uncompressedLengths.subarray(0, count),
    };
  }

  /** False where the bytes are spelled otherwise than restic spells them; the scanner then stands anywhere. */
  #readFast(): boolean {
    const scanner = this.#scanner;
    const columns = this.#columns;
    const row = this.#count;
    if (!this.#literal(idStart) || !readHexId(columns.ids, row * idBytes, scanner.bytes, scanner.at)) return false;
    scanner.at += idDigits;
    const isTree = scanner.bytes[scanner.at + 10] === 0x74;
    if (!this.#literal(isTree ? treeType : dataType)) return false;
    const offset = this.#number();
    if (!this.#literal(lengthField)) return false;
    const length = this.#number();
    const uncompressed = this.#literal(uncompressedField) ? this.#number() : 0;
    if (scanner.bytes[scanner.at] !== 0x7d || offset < 0 || length < 0 || uncompressed < 0) return false;
    scanner.at++;
    columns.types[row] = isTree ? 1 : 0;
    columns.offsets[row] = offset;
    columns.lengths[row] = length;
    columns.uncompressedLengths[row] = uncompressed;
    return true;
  }

  /** Any order of fields, any white space, unknown fields. */
  #readAny(): void {
    const scanner = this.#scanner;
    const row = this.#count;
    const number = (): number => {
      const value = scanner.count();
      return value <= maxOffset ? value : scanner.fail("an offset beyond 4 GiB");
    };
    let seen = 0;
    scanner.object((name) => {
      if (name === "id") {
        const digits = Buffer.from(scanner.string(), "latin1");
        if (!readHexId(this.#columns.ids, row * idBytes, digits, 0)) scanner.fail("a blob whose id is none");
        seen |= 1;
      } else if (name === "type") {
        const type = scanner.string();
        if (type !== "data" && type !== "tree") scanner.fail(`a blob of type ${JSON.stringify(type)}`);
        this.#columns.types[row] = type === "tree" ? 1 : 0;
        seen |= 2;
      } else if (name === "offset") {
        this.#columns.offsets[row] = number();
        seen |= 4;
      } else if (name === "length") {
        this.#columns.lengths[row] = number();
        seen |= 8;
      } else if (name === "uncompressed_length") {
        this.#columns.uncompressedLengths[row] = number();
      } else {
        scanner.skip();
      }
    });
    if (seen !== 15) scanner.fail("a blob without one of its fields");
  }

  #literal(expected: Buffer): boolean {
    const { bytes, at } = this.#scanner;
    for (let i = 0; i < expected.length; i++) {
      if (bytes[at + i] !== expected[i]) return false;
    }
    this.#scanner.at = at + expected.length;
    return true;
  }

  /** Digits up to 2^32 - 1, or -1 where there are none or more. */
  #number(): number {
    const { bytes } = this.#scanner;
    const from = this.#scanner.at;
    let at = from;
    let value = 0;
    for (let digit = (bytes[at] ?? 0) - 0x30; digit >= 0 && digit <= 9; digit = (bytes[at] ?? 0) - 0x30) {
      value = value * 10 + digit;
      at++;
    }
    this.#scanner.at = at;
    return at === from || value > maxOffset ? -1 : value;
  }

  #grow(): void {
    this.#capacity *= 2;
    const old = this.#columns;
    const grown = allocate(this.#capacity);
    grown.ids.set(old.ids);
    grown.types.set(old.types);
    grown.packs.set(old.packs);
    grown.offsets.set(old.offsets);
    grown.lengths.set(old.lengths);
    grown.uncompressedLengths.set(old.uncompressedLengths);
    this.#columns = grown;
  }
}

function allocate(capacity: number): Columns {
  return {
    ids: new Uint8Array(capacity * idBytes),
    types: new Uint8Array(capacity),
    packs: new Uint32Array(capacity),
    offsets: new Uint32Array(capacity),
    lengths: new Uint32Array(capacity),
    uncompressedLengths: new Uint32Array(capacity),
  };
}
