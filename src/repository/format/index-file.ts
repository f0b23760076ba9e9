/**
 * An index file: for each pack the blobs it holds. Source: restic's doc/design.rst, "Indexing". A repository of a few GiB has
 * hundreds of thousands of entries, so they are read into columns, not objects.
 */

import { reasonOf } from "../../base/errors.ts";
import type { PackId } from "../../base/ids.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import type { PackedBlob } from "./blob.ts";
import { damaged } from "./damaged.ts";
import { idBytes, readHexId } from "./hex.ts";
import { IndexBlobReader } from "./index-blob-reader.ts";
import { JsonScanner, JsonSyntaxError } from "./json-scanner.ts";
import type { PackedIds } from "./node.ts";
import { msOfTimeText, type TimeText, timeText } from "./time-text.ts";

/** Entry i of each column belongs to blob i. */
export interface IndexColumns {
  readonly count: number;
  /** Ids of the blobs. */
  readonly ids: PackedIds;
  /** 0 data, 1 tree. */
  readonly types: Uint8Array;
  /** Which of `packs` it lies in. */
  readonly packs: Uint32Array;
  readonly offsets: Uint32Array;
  /** Sealed lengths. */
  readonly lengths: Uint32Array;
  /** 0 where it is stored uncompressed. */
  readonly uncompressedLengths: Uint32Array;
  readonly packIds: PackedIds;
  /** rustic's `packs_to_delete`, which restic passes over; absent where there are none. */
  readonly marked?: MarkedColumns;
}

/** Packs that are to be removed some time after they were marked so, if nobody turns out to need them. */
export interface MarkedColumns {
  /** A pack may have no rows: of one that was in no index it is not known what it holds. */
  readonly columns: IndexColumns;
  /** When each of `columns.packIds` was marked, ms since 1970, where that is told. */
  readonly timesMs: readonly (number | undefined)[];
}

export interface EncodedPack {
  readonly id: PackId;
  readonly blobs: Iterable<PackedBlob>;
}

export interface EncodedMark extends EncodedPack {
  readonly time: TimeText;
  readonly sizeBytes: number;
}

/** The bytes as restic writes them. At most `limits.indexMaxBlobs` blobs should go into one file. */
export function encodeIndex(packs: Iterable<EncodedPack>, marked: readonly EncodedMark[] = []): Buffer {
  const parts = [Buffer.from('{"packs":['), ...encodedPacks(packs)];
  if (marked.length > 0) parts.push(Buffer.from('],"packs_to_delete":['), ...encodedPacks(marked));
  parts.push(Buffer.from("]}\n"));
  return Buffer.concat(parts);
}

/** A pack at a time: the text of a whole index would take several times its bytes. */
function* encodedPacks(packs: Iterable<EncodedPack | EncodedMark>): Generator<Buffer> {
  let before = "";
  for (const pack of packs) {
    const blobs = Array.from(pack.blobs, encodeBlob).join(",");
    const mark = "time" in pack ? `,"time":"${pack.time}","size":${pack.sizeBytes}` : "";
    yield Buffer.from(`${before}{"id":"${pack.id}","blobs":[${blobs}]${mark}}`, "latin1");
    before = ",";
  }
}

function encodeBlob({ id, type, offset, length, uncompressedLength }: PackedBlob): string {
  const place = `{"id":"${id}","type":"${type}","offset":${offset},"length":${length}`;
  return uncompressedLength === 0 ? `${place}}` : `${place},"uncompressed_length":${uncompressedLength}}`;
}

/** OBJECT_DAMAGED, naming `what`, where the bytes are no index. Fields that are not known here are passed over. */
export function decodeIndex(bytes: Uint8Array, what: AnyReason): IndexColumns {
  const scanner = new JsonScanner(bytes);
  const [packs, marked] = [new PackReader(scanner), new PackReader(scanner)];
  try {
    scanner.object((name) => {
      if (name === "packs") packs.read();
      else if (name === "packs_to_delete") marked.read();
      else scanner.skip();
    });
    scanner.end();
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw damaged(what, reason("notJson", { message: reasonOf(error) }), error);
  }
  if (marked.timesMs.length === 0) return packs.columns();
  return { ...packs.columns(), marked: { columns: marked.columns(), timesMs: marked.timesMs } };
}

/** Reads one of the lists of packs. */
class PackReader {
  readonly timesMs: (number | undefined)[] = [];
  readonly #scanner: JsonScanner;
  readonly #ids: Uint8Array[] = [];
  #blobs: IndexBlobReader | undefined;

  constructor(scanner: JsonScanner) {
    this.#scanner = scanner;
  }

  read(): void {
    const scanner = this.#scanner;
    if (scanner.takeNull()) return;
    this.#blobs ??= new IndexBlobReader(scanner);
    scanner.array(() => this.#pack());
  }

  columns(): IndexColumns {
    const blobs = this.#blobs ?? new IndexBlobReader(new JsonScanner(Buffer.alloc(0)));
    return { ...blobs.columns(), packIds: Buffer.concat(this.#ids) };
  }

  #pack(): void {
    const [scanner, id] = [this.#scanner, new Uint8Array(idBytes)];
    let named = false;
    let timeMs: number | undefined;
    scanner.object((name) => {
      if (name === "id") {
        named = readHexId(id, 0, Buffer.from(scanner.string(), "latin1"), 0);
      } else if (name === "blobs") {
        if (!scanner.takeNull()) scanner.array(() => this.#blobs?.read(this.#ids.length));
      } else if (name === "time" && !scanner.takeNull()) {
        const time = timeText(scanner.string());
        timeMs = time === undefined ? undefined : msOfTimeText(time);
      } else if (name !== "time") {
        scanner.skip();
      }
    });
    if (!named) scanner.fail("a pack without an id");
    this.#ids.push(id);
    this.timesMs.push(timeMs);
  }
}
