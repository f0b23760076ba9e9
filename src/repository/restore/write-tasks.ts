/** Cuts the pieces of a plan into parts of packs, each read once and handed to a thread. Pure. */
import type { PackId } from "../../base/ids.ts";
import { KiB, MiB } from "../../base/limits.ts";
import { idBytes } from "../format/hex.ts";
import type { PieceTable } from "./piece-table.ts";
import type { PieceColumns } from "./restore-task.ts";

/** A gap that costs less to read than another request does. */
const maxGapBytes = 256 * KiB;
/** One part holds no more, except where a single blob is larger. */
export const maxPartBytes = 4 * MiB;

export interface PackPart {
  readonly pack: PackId;
  readonly offset: number;
  readonly length: number;
  /** Rows of the table, by offset. */
  readonly rows: Uint32Array;
}

/** `rows`: those to be read. In the order in which packs were first needed, so that files fill from their beginning. */
export function packParts(pieces: PieceTable, rows: Uint32Array): PackPart[] {
  const keys = new Float64Array(pieces.count);
  for (const row of rows) keys[row] = pieces.packOf(row) * 2 ** 32 + pieces.offsetOf(row);
  const sorted = rows.slice().sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
  const parts: PackPart[] = [];
  for (let first = 0; first < sorted.length; ) {
    const end = partEnd(pieces, sorted, first);
    parts.push(partOf(pieces, sorted.subarray(first, end)));
    first = end;
  }
  return parts;
}

function partEnd(pieces: PieceTable, sorted: Uint32Array, first: number): number {
  const start = sorted[first] ?? 0;
  const pack = pieces.packOf(start);
  let endByte = pieces.offsetOf(start);
  let at = first;
  for (; at < sorted.length; at++) {
    const row = sorted[at] ?? 0;
    const offset = pieces.offsetOf(row);
    const rowEnd = offset + pieces.lengthOf(row);
    if (pieces.packOf(row) !== pack || offset > endByte + maxGapBytes) break;
    if (at > first && rowEnd - pieces.offsetOf(start) > maxPartBytes) break;
    endByte = Math.max(endByte, rowEnd);
  }
  return at;
}

function partOf(pieces: PieceTable, rows: Uint32Array): PackPart {
  const first = rows[0] ?? 0;
  const offset = pieces.offsetOf(first);
  let end = offset;
  for (const row of rows) end = Math.max(end, pieces.offsetOf(row) + pieces.lengthOf(row));
  const pack = pieces.packs[pieces.packOf(first)] ?? ("" as PackId);
  return { pack, offset, length: end - offset, rows };
}

/** A part's pieces as a thread takes them, and the numbers of the files they belong to. */
export function columnsOf(pieces: PieceTable, part: PackPart): { columns: PieceColumns; files: number[] } {
  const count = part.rows.length;
  const columns = {
    count,
    ids: new Uint8Array(count * idBytes),
    offsets: new Uint32Array(count),
    lengths: new Uint32Array(count),
    uncompressedLengths: new Uint32Array(count),
    files: new Uint32Array(count),
    positions: new Float64Array(count),
  };
  const files: number[] = [];
  const localNumbers = new Map<number, number>();
  for (const [i, row] of part.rows.entries()) {
    columns.ids.set(pieces.idOf(row), i * idBytes);
    columns.offsets[i] = pieces.offsetOf(row) - part.offset;
    columns.lengths[i] = pieces.lengthOf(row);
    columns.uncompressedLengths[i] = pieces.uncompressedOf(row);
    columns.positions[i] = pieces.positionOf(row);
    const file = pieces.fileOf(row);
    const local = localNumbers.get(file) ?? files.push(file) - 1;
    localNumbers.set(file, local);
    columns.files[i] = local;
  }
  return { columns, files };
}
