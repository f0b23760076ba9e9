/**
 * The -wal file's header, frames and checksum. Source: sqlite.org/fileformat2.html, section 4 "The Write-Ahead Log", and
 * wal.c of SQLite. Numbers are big-endian; only what the checksum adds up is in the byte order that the magic number names.
 */
import { endianness } from "node:os";
import { isPageSize } from "./file-header.ts";

export const walHeaderBytes = 32;
export const frameHeaderBytes = 24;
export const walVersion = 3_007_000;

export interface WalHeader {
  readonly version: number;
  readonly pageBytes: number;
  /** Both salts as they stand in the file: 8 bytes in hex. They change whenever the WAL starts over. */
  readonly salts: string;
  /** Words of the checksum are big-endian. */
  readonly bigEndian: boolean;
  /** Where the checksum of the first frame goes on from. */
  readonly checksum: ChecksumPair;
}

export interface ChecksumPair {
  readonly first: number;
  readonly second: number;
}

/**
 * The header, or undefined where SQLite would take the whole file for empty: shorter than a header, another magic
 * number, an impossible page size, a wrong checksum.
 */
export function parseWalHeader(bytes: Buffer): WalHeader | undefined {
  if (bytes.length < walHeaderBytes) return undefined;
  const magic = bytes.readUInt32BE(0);
  const pageBytes = bytes.readUInt32BE(8);
  if ((magic & 0xfffffffe) >>> 0 !== 0x377f0682 || !isPageSize(pageBytes)) return undefined;
  const bigEndian = (magic & 1) === 1;
  const sum = new WalChecksum({ first: 0, second: 0 });
  sum.add(wordsOf(bytes.subarray(0, 24), bigEndian), 0, 6);
  if (!sum.equals(bytes.readUInt32BE(24), bytes.readUInt32BE(28))) return undefined;
  return {
    version: bytes.readUInt32BE(4),
    pageBytes,
    salts: bytes.toString("hex", 16, 24),
    bigEndian,
    checksum: { first: sum.first, second: sum.second },
  };
}

/** Where the page of frame `frame` (counted from 1) lies in the -wal. */
export function framePageOffset(frame: number, pageBytes: number): number {
  return walHeaderBytes + (frame - 1) * (frameHeaderBytes + pageBytes) + frameHeaderBytes;
}

/** SQLite's running checksum: two sums over pairs of 32-bit words, each modulo 2^32. */
export class WalChecksum {
  first: number;
  second: number;

  constructor(start: ChecksumPair) {
    this.first = start.first;
    this.second = start.second;
  }

  /** Adds `words[from]` up to, not with, `words[to]`; their number is even. */
  add(words: Uint32Array, from: number, to: number): void {
    let first = this.first | 0;
    let second = this.second | 0;
    for (let at = from; at < to; at += 2) {
      first = (first + (words[at] as number) + second) | 0;
      second = (second + (words[at + 1] as number) + first) | 0;
    }
    this.first = first >>> 0;
    this.second = second >>> 0;
  }

  equals(first: number, second: number): boolean {
    return this.first === first && this.second === second;
  }
}

/** The 32-bit words of `bytes` (a multiple of 4 of them) in the given order. A view where possible, else a copy. */
export function wordsOf(bytes: Buffer, bigEndian: boolean): Uint32Array {
  const swap = bigEndian !== (endianness() === "BE");
  if (!swap && bytes.byteOffset % 4 === 0) {
    return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  }
  const copy = Buffer.from(new Uint8Array(bytes).buffer);
  if (swap) copy.swap32();
  return new Uint32Array(copy.buffer, copy.byteOffset, copy.length / 4);
}
