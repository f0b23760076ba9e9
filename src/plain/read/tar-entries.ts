/** Reads the archives that dated copies hold: ustar with pax headers (IEEE Std 1003.1, pax). What else a header may be is passed over. */
import { type BytePath, bytePathOf } from "../../base/byte-path.ts";

const blockBytes = 512;

export interface TarFile {
  readonly path: BytePath;
  /** All of them must be taken, or none. */
  readonly bytes: AsyncIterable<Buffer>;
}

/** Regular files, one after the other. Throws where the archive ends early or a header's sum is wrong. */
export async function* tarFiles(archive: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const input = new ByteSource(archive);
  let extended = new Map<string, Buffer>();
  for (;;) {
    const header = await input.take(blockBytes);
    if (header.every((byte) => byte === 0)) return;
    requireSum(header);
    const type = String.fromCharCode(header[156] ?? 0);
    const size = Number(extended.get("size") ?? octal(header, 124, 12));
    const padding = (blockBytes - (size % blockBytes)) % blockBytes;
    if (type === "x") {
      extended = records(await input.take(size));
      await input.take(padding);
      continue;
    }
    const path = bytePathOf(extended.get("path") ?? text(header, 0, 100));
    extended = new Map();
    let left = size;
    const bytes = async function* (): AsyncGenerator<Buffer> {
      while (left > 0) {
        const part = await input.some(left);
        left -= part.length;
        yield part;
      }
    };
    if (type === "0" || type === "\0") yield { path, bytes: bytes() };
    while (left > 0) left -= (await input.some(left)).length;
    await input.take(padding);
  }
}

function octal(header: Buffer, at: number, width: number): number {
  return Number.parseInt(text(header, at, width).toString("latin1").trim() || "0", 8);
}

function text(header: Buffer, at: number, width: number): Buffer {
  const field = header.subarray(at, at + width);
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

function requireSum(header: Buffer): void {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (sum !== octal(header, 148, 8)) throw new Error("a header of the archive is damaged");
}

/** `length key=value\n`, one after the other. */
function records(bytes: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.subarray(at, space).toString("latin1"));
    const equals = bytes.indexOf(0x3d, space);
    if (!(length > 0) || space < 0 || equals < 0) throw new Error("an extended header of the archive is damaged");
    found.set(bytes.subarray(space + 1, equals).toString("latin1"), bytes.subarray(equals + 1, at + length - 1));
    at += length;
  }
  return found;
}

class ByteSource {
  readonly #parts: AsyncIterator<Uint8Array>;
  #rest = Buffer.alloc(0);

  constructor(parts: AsyncIterable<Uint8Array>) {
    this.#parts = parts[Symbol.asyncIterator]();
  }

  /** At least one byte, and no more than `most`. */
  async some(most: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#parts.next();
      if (done) throw new Error("the archive ends early");
      this.#rest = Buffer.from(value);
    }
    const part = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(part.length);
    return part;
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = length; left > 0; ) {
      const part = await this.some(left);
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts);
  }
}
