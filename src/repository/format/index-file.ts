/**
 * An index file: for each pack the blobs it holds. Source: restic's doc/design.rst, "Indexing". A repository of a few GiB has
 * hundreds of thousands of entries, so they are read into columns, not objects.
 */
import { reasonOf } from "../../base/errors.ts";
import type { PackId } from "../../base/ids.ts";
import type { PackedBlob } from "./blob.ts";
import { damaged } from "./damaged.ts";
import { idBytes, readHexId } from "./hex.ts";
import { IndexBlobReader } from "./index-blob-reader.ts";
import { JsonScanner, JsonSyntaxError } from "./json-scanner.ts";
import type { PackedIds } from "./node.ts";

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
}

/** The bytes as restic writes them. At most `limits.indexMaxBlobs` blobs should go into one file. */
export function encodeIndex(packs: Iterable<{ readonly id: PackId; readonly blobs: Iterable<PackedBlob> }>): Buffer {
  // A pack at a time: the text of a whole index would take several times its bytes.
  const parts: Buffer[] = [];
  for (const pack of packs) {
    const before = parts.length === 0 ? '{"packs":[' : ",";
    const blobs = Array.from(pack.blobs, encodeBlob).join(",");
    parts.push(Buffer.from(`${before}{"id":"${pack.id}","blobs":[${blobs}]}`, "latin1"));
  }
  parts.push(Buffer.from(parts.length === 0 ? '{"packs":[]}\n' : "]}\n"));
  return Buffer.concat(parts);
}

function encodeBlob({ id, type, offset, length, uncompressedLength }: PackedBlob): string {
  const place = `{"id":"${id}","type":"${type}","offset":${offset},"length":${length}`;
  return uncompressedLength === 0 ? `${place}}` : `${place},"uncompressed_length":${uncompressedLength}}`;
}

/** OBJECT_DAMAGED, naming `what`, where the bytes are no index. Fields that are not known here are passed over. */
export function decodeIndex(bytes: Uint8Array, what: string): IndexColumns {
  const scanner = new JsonScanner(bytes);
  const blobs = new IndexBlobReader(scanner);
  const packIds: Uint8Array[] = [];
  try {
    scanner.object((name) => {
      if (name === "packs" && !scanner.takeNull())
        scanner.array(() => packIds.push(pack(scanner, blobs, packIds.length)));
      else if (name !== "packs") scanner.skip();
    });
    scanner.end();
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw damaged(what, reasonOf(error), error);
  }
  return { ...blobs.columns(), packIds: Buffer.concat(packIds) };
}

function pack(scanner: JsonScanner, blobs: IndexBlobReader, index: number): Uint8Array {
  const id = new Uint8Array(idBytes);
  let named = false;
  scanner.object((name) => {
    if (name === "id") {
      named = readHexId(id, 0, Buffer.from(scanner.string(), "latin1"), 0);
    } else if (name === "blobs") {
      if (!scanner.takeNull()) scanner.array(() => blobs.read(index));
    } else {
      scanner.skip();
    }
  });
  return named ? id : scanner.fail("a pack without an id");
}
