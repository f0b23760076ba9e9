/**
 * Where files are cut. A fixed grid, chosen by what the file is and how long, never by what a parent or a destination has: so pieces
 * meet again in later snapshots and in other repositories (docs/decisions, design: chunks).
 */
import { limits, MiB } from "../../base/limits.ts";

/** Bytes of each piece but the last. */
export function pieceBytesFor(changes: "in-place" | "whole", sizeBytes: number): number {
  let piece: number = changes === "in-place" ? limits.gridPieceBytes : limits.wholePieceBytes;
  while (sizeBytes / piece > limits.gridMaxPieces) piece *= 2;
  return piece;
}

/** How much of a file one worker takes at a time, so that a big one keeps them all busy. */
const rangeBytes = 4 * MiB;

export interface PieceRange {
  readonly offset: number;
  readonly length: number;
}

/** The file's ranges in order, each a whole number of pieces but the last. None for an empty file. */
export function* rangesOf(sizeBytes: number, pieceBytes: number): Generator<PieceRange, void> {
  const step = Math.max(1, Math.floor(rangeBytes / pieceBytes)) * pieceBytes;
  for (let offset = 0; offset < sizeBytes; offset += step) {
    yield { offset, length: Math.min(step, sizeBytes - offset) };
  }
}
