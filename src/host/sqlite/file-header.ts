/**
 * The first bytes of a SQLite file, as far as a capture must understand them. Source: sqlite.org/fileformat2.html,
 * section 1.3 "The Database Header".
 */
import { type Reason, reason } from "../../base/reason-codes.ts";

/** How much of a file's beginning `readFileHeader` wants to see (all of it where the file is shorter). */
export const headerSampleBytes = 4096;

export interface FileHeader {
  readonly pageBytes: number;
  /** The file is in WAL mode: read version 2. */
  readonly walMode: boolean;
  readonly changeCounter: number;
  /** Pages as the header counts them; undefined where an old SQLite left that count stale. */
  readonly pages?: number;
}

export type HeaderReading =
  | { readonly kind: "sqlite"; readonly header: FileHeader }
  | { readonly kind: "empty" }
  /** SQLCipher leaves nothing to recognise: what is told here is that the bytes look like noise in whole pages. */
  | { readonly kind: "encrypted" }
  | { readonly kind: "not-sqlite" }
  | { readonly kind: "corrupt"; readonly reason: Reason };

const magic = Buffer.from("SQLite format 3\0", "latin1");
const noiseBitsPerByte = 7.5;
const smallestPageBytes = 512;

/** Reads the beginning `sample` of a file of `sizeBytes`. Never throws. */
export function readFileHeader(sample: Uint8Array, sizeBytes: number): HeaderReading {
  if (sizeBytes === 0) return { kind: "empty" };
  const bytes = Buffer.from(sample.buffer, sample.byteOffset, sample.byteLength);
  const noise = looksLikeNoise(bytes, sizeBytes);
  if (bytes.length < 100 || !bytes.subarray(0, magic.length).equals(magic)) {
    return { kind: noise ? "encrypted" : "not-sqlite" };
  }
  const wrong = firstImpossibleField(bytes);
  // SQLCipher can leave the first 32 bytes in the clear (cipher_plaintext_header_size); the rest is noise all the same.
  if (wrong !== undefined) return noise ? { kind: "encrypted" } : { kind: "corrupt", reason: wrong };
  return { kind: "sqlite", header: fieldsOf(bytes) };
}

function fieldsOf(bytes: Buffer): FileHeader {
  const changeCounter = bytes.readUInt32BE(24);
  const pages = bytes.readUInt32BE(28);
  const counted = pages > 0 && bytes.readUInt32BE(92) === changeCounter;
  return {
    pageBytes: pageBytesOf(bytes.readUInt16BE(16)),
    walMode: bytes[19] === 2,
    changeCounter,
    ...(counted ? { pages } : {}),
  };
}

/** A page size as the header stores it: 1 stands for 65536. */
function pageBytesOf(stored: number): number {
  return stored === 1 ? 65_536 : stored;
}

function firstImpossibleField(bytes: Buffer): Reason | undefined {
  const pageBytes = pageBytesOf(bytes.readUInt16BE(16));
  if (!isPageSize(pageBytes)) return impossible("page size", pageBytes);
  const readVersion = bytes.readUInt8(19);
  if (readVersion < 1 || readVersion > 2) return impossible("read version", readVersion);
  const fractions = bytes.readUIntBE(21, 3);
  if (fractions !== 0x402020) return impossible("payload fractions", fractions);
  const schemaFormat = bytes.readUInt32BE(44);
  if (schemaFormat > 4) return impossible("schema format", schemaFormat);
  const encoding = bytes.readUInt32BE(56);
  if (encoding > 3) return impossible("text encoding", encoding);
  return undefined;
}

function impossible(field: string, value: number): Reason {
  return reason("databaseHeaderField", { field, value });
}

/** Whether SQLite takes `bytes` as a page size: a power of two from 512 to 65536. */
export function isPageSize(bytes: number): boolean {
  return bytes >= smallestPageBytes && bytes <= 65_536 && (bytes & (bytes - 1)) === 0;
}

/** Shannon's entropy of what follows a header; below a thousand bytes it says too little. */
function looksLikeNoise(bytes: Buffer, sizeBytes: number): boolean {
  if (sizeBytes % smallestPageBytes !== 0 || bytes.length < 1024) return false;
  const counts = new Uint32Array(256);
  const body = bytes.subarray(100);
  for (const byte of body) counts[byte] = (counts[byte] ?? 0) + 1;
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / body.length) * Math.log2(count / body.length);
  return bits > noiseBitsPerByte;
}
