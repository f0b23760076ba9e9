/** Memory in which pieces that follow each other in a file are gathered, so that they are written together. */
import { KiB } from "../../base/limits.ts";

/** A processor's cache holds it, so that what was unpacked there is still near when it is written. */
const stageBytes = 256 * KiB;

export class Stage {
  readonly memory: Buffer = Buffer.from(new SharedArrayBuffer(stageBytes));
  /** Where in the file it begins. */
  position = 0;
  /** How much of `memory` is filled. */
  length = 0;

  /** Forgets what is there. */
  begin(position: number): void {
    this.position = position;
    this.length = 0;
  }

  /** Where in the file what comes next goes. */
  get endPosition(): number {
    return this.position + this.length;
  }

  /** Where what comes next goes. */
  get room(): Uint8Array {
    return this.memory.subarray(this.length);
  }

  /** Takes as much as there is room for; how many bytes that is. Bytes that were made in the room are not copied. */
  add(bytes: Uint8Array): number {
    const left = stageBytes - this.length;
    const part = bytes.length <= left ? bytes : bytes.subarray(0, left);
    const isThere = part.buffer === this.memory.buffer && part.byteOffset === this.length;
    if (!isThere) this.memory.set(part, this.length);
    this.length += part.length;
    return part.length;
  }
}
