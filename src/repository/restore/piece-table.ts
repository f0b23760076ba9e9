/** Every piece of every file that is restored, in columns: a large instance has a million of them. */
import type { PackId } from "../../base/ids.ts";
import type { BlobLocation } from "../blob-index.ts";
import { idBytes } from "../format/hex.ts";
import { plainLength } from "../open-blob.ts";

export class PieceTable {
  count = 0;
  readonly packs: PackId[] = [];
  readonly #packNumbers = new Map<PackId, number>();
  #pack = new Uint32Array(1024);
  #offset = new Uint32Array(1024);
  #length = new Uint32Array(1024);
  #uncompressed = new Uint32Array(1024);
  #file = new Uint32Array(1024);
  #position = new Float64Array(1024);
  #ids = new Uint8Array(1024 * idBytes);

  /** `file`: its number in the plan. `position`: where in it the piece begins. `ids` at `at`: the blob's id. Returns the plaintext's length. */
  add(place: BlobLocation, file: number, position: number, ids: Uint8Array, at: number): number {
    if (this.count === this.#pack.length) this.#grow();
    const row = this.count++;
    this.#pack[row] = this.#numberOf(place.pack);
    this.#offset[row] = place.offset;
    this.#length[row] = place.length;
    this.#uncompressed[row] = place.uncompressedLength;
    this.#file[row] = file;
    this.#position[row] = position;
    for (let i = 0; i < idBytes; i++) this.#ids[row * idBytes + i] = ids[at + i] ?? 0;
    return plainLength(place);
  }

  /** Takes back the rows from `count` on: their file cannot be restored. */
  truncate(count: number): void {
    this.count = count;
  }

  packOf = (row: number): number => this.#pack[row] ?? 0;
  offsetOf = (row: number): number => this.#offset[row] ?? 0;
  lengthOf = (row: number): number => this.#length[row] ?? 0;
  /** 0 where the blob is stored uncompressed. */
  uncompressedOf = (row: number): number => this.#uncompressed[row] ?? 0;
  fileOf = (row: number): number => this.#file[row] ?? 0;
  positionOf = (row: number): number => this.#position[row] ?? 0;

  plainLengthOf(row: number): number {
    return plainLength({ length: this.lengthOf(row), uncompressedLength: this.uncompressedOf(row) });
  }

  /** The 32 bytes of the blob's id; a view. */
  idOf(row: number): Uint8Array {
    return this.#ids.subarray(row * idBytes, (row + 1) * idBytes);
  }

  #numberOf(pack: PackId): number {
    const known = this.#packNumbers.get(pack);
    if (known !== undefined) return known;
    const number = this.packs.push(pack) - 1;
    this.#packNumbers.set(pack, number);
    return number;
  }

  #grow(): void {
    const rows = 2 * this.#pack.length;
    this.#pack = grown(this.#pack, new Uint32Array(rows));
    this.#offset = grown(this.#offset, new Uint32Array(rows));
    this.#length = grown(this.#length, new Uint32Array(rows));
    this.#uncompressed = grown(this.#uncompressed, new Uint32Array(rows));
    this.#file = grown(this.#file, new Uint32Array(rows));
    this.#position = grown(this.#position, new Float64Array(rows));
    this.#ids = grown(this.#ids, new Uint8Array(rows * idBytes));
  }
}

function grown<Column extends Uint32Array | Float64Array | Uint8Array>(old: Column, larger: Column): Column {
  larger.set(old);
  return larger;
}
