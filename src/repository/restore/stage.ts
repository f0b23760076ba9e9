/** Memory in which pieces that follow each other in a file are gathered, so that they are written together. */
import { MiB } from "../../base/limits.ts";
import { directBlockBytes, pageMemory } from "../../host/direct-io.ts";

/** Whole blocks. */
const stageBytes = 2 * MiB;

export class Stage {
  /** Byte i goes to a place in the file whose remainder by a block is that of i, as direct writes ask for. */
  readonly memory: Buffer = Buffer.from(pageMemory(stageBytes));
  /** Where in `memory` what was gathered begins and ends. */
  from = 0;
  to = 0;
  /** Where in the file it begins. */
  #position = 0;

  /** Forgets what is there. */
  begin(position: number): void {
    this.#position = position;
    this.from = position % directBlockBytes;
    this.to = this.from;
  }

  /** Where in the file what comes next goes. */
  get endPosition(): number {
    return this.#position + this.to - this.from;
  }

  get isFull(): boolean {
    return this.to === stageBytes;
  }

  /** Where what comes next goes. */
  get room(): Uint8Array {
    return this.memory.subarray(this.to);
  }

  /** Takes as much as there is room for; how many bytes that is. Bytes that were made in the room are not copied. */
  add(bytes: Uint8Array): number {
    const part = bytes.length <= stageBytes - this.to ? bytes : bytes.subarray(0, stageBytes - this.to);
    const isThere = part.buffer === this.memory.buffer && part.byteOffset === this.to;
    if (!isThere) this.memory.set(part, this.to);
    this.to += part.length;
    return part.length;
  }

  /** Where the byte at `at` of the memory goes. */
  positionOf(at: number): number {
    return this.#position - this.from + at;
  }

  /** What of the memory is whole blocks of the file; empty: nothing. */
  wholeBlocks(): readonly [first: number, last: number] {
    const first = Math.min(Math.ceil(this.from / directBlockBytes) * directBlockBytes, this.to);
    return [first, Math.max(Math.floor(this.to / directBlockBytes) * directBlockBytes, first)];
  }
}
