/** A set of labels in one bit each: a segment of a million vectors is checked in little memory. */

/** Labels are given once and never again; more than this were made up. */
export const highestLabelBelow = 2 ** 31;

export class LabelSet {
  private readonly bits: Uint8Array;
  private count = 0;

  /** For labels from 0 to `highest`, which is below `highestLabelBelow`. */
  constructor(highest: number) {
    this.bits = new Uint8Array(Math.floor(highest / 8) + 1);
  }

  get size(): number {
    return this.count;
  }

  has(label: number): boolean {
    return ((this.bits[label >>> 3] ?? 0) & (1 << (label & 7))) !== 0;
  }

  /** False where it was in the set already, or is beyond its range. */
  add(label: number): boolean {
    const at = label >>> 3;
    if (at >= this.bits.length || this.has(label)) return false;
    this.bits[at] = (this.bits[at] ?? 0) | (1 << (label & 7));
    this.count += 1;
    return true;
  }
}
