/**
 * Where blobs lie once more, beside the place that the index finds first: 20 bytes for each, looked through from the beginning, for
 * they are asked for only where the first copy is damaged.
 */

/** The blob's row, then its place: pack, offset, length, uncompressed length. */
const copyWords = 5;

export class BlobCopies {
  #words: Int32Array = new Int32Array(0);
  #used = 0;

  /** All of them, five words each: what `of` makes again. */
  get words(): Int32Array {
    return this.#words.subarray(0, this.#used);
  }

  /** Those that `words` says; it is copied. */
  static of(words: Int32Array): BlobCopies {
    const copies = new BlobCopies();
    copies.#words = words.slice();
    copies.#used = words.length;
    return copies;
  }

  add(row: number, place: readonly [pack: number, offset: number, length: number, uncompressedLength: number]): void {
    if (this.#used === this.#words.length) {
      const larger = new Int32Array(Math.max(64 * copyWords, 2 * this.#used));
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[this.#used] = row;
    this.#words.set(place, this.#used + 1);
    this.#used += copyWords;
  }

  /** The places of a row's copies, four words each, in the order in which they were added. */
  *of(row: number): Generator<Int32Array> {
    for (let at = 0; at < this.#used; at += copyWords) {
      if (this.#words[at] === row) yield this.#words.subarray(at + 1, at + copyWords);
    }
  }
}
