/** Walks over the bytes of a pickle; every step is checked against their end. */

export class PickleError extends Error {}

export class PickleCursor {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.at;
  }

  get ended(): boolean {
    return this.at === this.bytes.length;
  }

  /** Goes past `length` bytes; returns where they begin. */
  skip(length: number): number {
    const from = this.at;
    if (from + length > this.bytes.length) throw new PickleError("it ends too soon");
    this.at = from + length;
    return from;
  }

  u8(): number {
    return this.view.getUint8(this.skip(1));
  }

  u16(): number {
    return this.view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  i32(): number {
    return this.view.getInt32(this.skip(4), true);
  }

  /** A little-endian number of `length` bytes, non-negative and below 2^53. */
  long(length: number): number {
    if (length > 8) throw new PickleError("a number above 64 bits");
    const at = this.skip(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[at + i] ?? 0);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new PickleError("a number above 53 bits");
    return Number(value);
  }

  /** Text up to the next line break, which is passed. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end === -1 || end - this.at > 256) throw new PickleError("a name without an end");
    const line = Buffer.from(this.bytes.subarray(this.at, end)).toString("latin1");
    this.at = end + 1;
    return line;
  }

  /** Bytes of the string whose opcode (BINUNICODE or SHORT_BINUNICODE) stands at `opcodeAt`. */
  textAt(opcodeAt: number): Uint8Array {
    const short = this.bytes[opcodeAt] === 0x8c;
    const from = opcodeAt + (short ? 2 : 5);
    const length = short ? this.view.getUint8(opcodeAt + 1) : this.view.getUint32(opcodeAt + 1, true);
    return this.bytes.subarray(from, from + length);
  }
}
