/**
 * What many index files say together, kept on this machine as it lies in memory: to read them again takes ten times as long. It names the files
 * it was made of, whose names are the hashes of their content, and is sealed with the repository's key: what opens is what was kept.
 */
import type { IndexId, PackId } from "../base/ids.ts";
import { freeMemory } from "../host/free-memory.ts";
import { BlobIndex } from "./blob-index.ts";
import { nonceBytes } from "./format/crypto.ts";
import { hexIdAt, idBytes } from "./format/hex.ts";
import type { Repository } from "./repository.ts";

/** Changes with the form of what is kept, and with what a machine's memory looks like. */
const version = 2;
const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
const headWords = 8;

export interface JoinedIndex {
  readonly index: BlobIndex;
  /** The files that it holds all of. */
  readonly files: ReadonlySet<IndexId>;
}

/** Undefined where nothing is kept, or nothing that can be trusted. `more`: how many blobs are likely to be added. */
export async function loadJoined(repo: Repository, more: number): Promise<JoinedIndex | undefined> {
  const sealed = await repo.joinedIndex?.load();
  const bytes = sealed === undefined ? undefined : repo.sealer.tryOpen(sealed);
  if (bytes === undefined) return undefined;
  const joined = decodeJoined(bytes, more);
  freeMemory(bytes);
  return joined;
}

/** What goes wrong costs time in the next run, no more. */
export async function keepJoined(repo: Repository, joined: JoinedIndex): Promise<void> {
  if (repo.joinedIndex === undefined || !littleEndian) return;
  await repo.joinedIndex.save(repo.sealer.seal(encodeJoined(joined), repo.actor.random(nonceBytes)));
}

/** Eight words: version, numbers of files, packs, marked packs, words of rows, of slots, of places, of copies. Then all of these, in this order. */
function encodeJoined({ index, files }: JoinedIndex): Buffer {
  const { rows, slots, places, copies, packs, marked } = index.tables;
  const head = Int32Array.of(
    version,
    files.size,
    packs.length,
    marked.length,
    rows.length,
    slots.length,
    places.length,
    copies.length,
  );
  const ids = Buffer.from([...files, ...packs, ...marked].join(""), "hex");
  return Buffer.concat([bytesOfWords(head), ids, ...[rows, slots, places, copies].map(bytesOfWords)]);
}

function decodeJoined(bytes: Buffer, more: number): JoinedIndex | undefined {
  if (!littleEndian || bytes.length < 4 * headWords) return undefined;
  // Words are where they may be: what was decrypted has memory of its own, else it gets some.
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  const words = new Int32Array(buffer, byteOffset, Math.floor(bytes.length / 4));
  const [found, fileCount = 0, packCount = 0, markedCount = 0, ...tables] = words.subarray(0, headWords);
  const idWords = (idBytes / 4) * (fileCount + packCount + markedCount);
  const [rows, slots, places, copies] = cut(words, headWords + idWords, tables);
  if (found !== version || !rows || !slots || !places || !copies) return undefined;
  const idAt = (number: number): string => hexIdAt(bytes.subarray(4 * headWords), number);
  const ids = Array.from({ length: fileCount + packCount + markedCount }, (_, number) => idAt(number));
  const packs = ids.slice(fileCount, fileCount + packCount) as PackId[];
  const marked = ids.slice(fileCount + packCount) as PackId[];
  return {
    index: BlobIndex.of({ rows, slots, places, copies, packs, marked }, more),
    files: new Set(ids.slice(0, fileCount) as IndexId[]),
  };
}

/** Pieces of these lengths, one behind the other; fewer where there is no more. */
function cut(words: Int32Array, from: number, lengths: readonly number[]): Int32Array[] {
  const pieces: Int32Array[] = [];
  for (const length of lengths) {
    if (length < 0 || from + length > words.length) break;
    pieces.push(words.subarray(from, from + length));
    from += length;
  }
  return pieces;
}

function bytesOfWords(words: Int32Array): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}
