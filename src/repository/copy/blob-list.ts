/** Blobs and where they lie in a repository: 49 bytes each, for there may be millions. */
import type { BlobId, PackId } from "../../base/ids.ts";
import type { BlobLocation } from "../blob-index.ts";
import type { BlobType } from "../format/blob.ts";
import { hexIdAt, idBytes } from "../format/hex.ts";

/** Pack, offset, sealed length, uncompressed length, type. */
const rowWords = 5;

export class BlobList {
  #ids = new Uint8Array(1024 * idBytes);
  #words = new Uint32Array(1024 * rowWords);
  #count = 0;
  readonly #packs: PackId[] = [];
  readonly #packNumbers = new Map<PackId, number>();

  get count(): number {
    return this.#count;
  }

  /** The id lies at `at` of `ids`. */
  add(type: BlobType, { ids, at }: { readonly ids: Uint8Array; readonly at: number }, place: BlobLocation): void {
    if (this.#count * idBytes === this.#ids.length) this.#grow();
    this.#ids.set(ids.subarray(at, at + idBytes), this.#count * idBytes);
    const row = [this.#packNumber(place.pack), place.offset, place.length, place.uncompressedLength];
    this.#words.set([...row, type === "tree" ? 1 : 0], this.#count * rowWords);
    this.#count++;
  }

  pack(row: number): PackId {
    return this.#packs[this.#word(row, 0)] ?? ("" as PackId);
  }

  offset(row: number): number {
    return this.#word(row, 1);
  }

  /** Sealed. */
  length(row: number): number {
    return this.#word(row, 2);
  }

  /** 0 where it is stored uncompressed. */
  uncompressedLength(row: number): number {
    return this.#word(row, 3);
  }

  type(row: number): BlobType {
    return this.#word(row, 4) === 1 ? "tree" : "data";
  }

  id(row: number): BlobId {
    return hexIdAt(this.#ids, row) as BlobId;
  }

  /** The 32 bytes. */
  idBytes(row: number): Uint8Array {
    return this.#ids.subarray(row * idBytes, (row + 1) * idBytes);
  }

  /** The rows of a range in the order in which they lie in their packs, pack after pack. */
  rowsByPlace(from: number, to: number): Uint32Array {
    const rows = Uint32Array.from({ length: to - from }, (_, at) => from + at);
    return rows.sort((a, b) => this.#word(a, 0) - this.#word(b, 0) || this.#word(a, 1) - this.#word(b, 1));
  }

  #word(row: number, word: number): number {
    return this.#words[row * rowWords + word] ?? 0;
  }

  #packNumber(pack: PackId): number {
    const known = this.#packNumbers.get(pack);
    if (known !== undefined) return known;
    const number = this.#packs.push(pack) - 1;
    this.#packNumbers.set(pack, number);
    return number;
  }

  #grow(): void {
    const [ids, words] = [this.#ids, this.#words];
    this.#ids = new Uint8Array(2 * ids.length);
    this.#words = new Uint32Array(2 * words.length);
    this.#ids.set(ids);
    this.#words.set(words);
  }
}
