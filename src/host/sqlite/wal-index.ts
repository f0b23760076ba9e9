/**
 * The WAL-index header at the start of the -shm: which frames are committed, and how many of them the database file has.
 * Source: sqlite.org/walformat.html, section 2.1, and wal.c (WalIndexHdr, WalCkptInfo). Numbers are in the machine's order.
 */
import { endianness } from "node:os";
import { WalChecksum, walVersion, wordsOf } from "./wal-format.ts";

/** Two copies of the header, 48 bytes each, then nBackfill and the read marks. */
export const walIndexBytes = 136;

export interface WalIndex {
  /** The last committed frame, counted from 1; 0 while the WAL is empty. */
  readonly lastFrame: number;
  /** Pages of the database as of that frame. */
  readonly pages: number;
  readonly pageBytes: number;
  /** Both salts as they stand in the -wal: 8 bytes in hex. */
  readonly salts: string;
  /** Frames that a checkpoint has written into the database file and synced. */
  readonly backfilled: number;
  /**
   * Names the committed state: salts, last frame, pages, and the checksum over every frame up to it, in hex. Two equal
   * identities of a database are one content, even when a volume was put back to an older day in between.
   */
  readonly identity: string;
}

const bigEndian = endianness() === "BE";

/** The header, or undefined where it is not one: not yet initialised, or just being written. */
export function parseWalIndex(bytes: Buffer): WalIndex | undefined {
  if (bytes.length < walIndexBytes || !bytes.subarray(0, 48).equals(bytes.subarray(48, 96))) return undefined;
  const words = wordsOf(bytes.subarray(0, 112), bigEndian);
  const word = (at: number): number => words[at / 4] ?? 0;
  if (bytes[12] === 0 || word(0) !== walVersion) return undefined;
  const sum = new WalChecksum({ first: 0, second: 0 });
  sum.add(words, 0, 10);
  if (!sum.equals(word(40), word(44))) return undefined;
  const size = bigEndian ? bytes.readUInt16BE(14) : bytes.readUInt16LE(14);
  return {
    lastFrame: word(16),
    pages: word(20),
    pageBytes: (size & 0xfe00) + ((size & 1) << 16),
    salts: bytes.toString("hex", 32, 40),
    backfilled: word(96),
    identity: bytes.toString("hex", 16, 40),
  };
}
