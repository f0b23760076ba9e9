/**
 * `data_level0.bin`: for each element its neighbours (count, a mark for deleted ones, ids), its vector, its label.
 * Source: chroma-core/hnswlib, hnswlib/hnswalg.h (`get_linklist0`, `isMarkedDeleted`, `getExternalLabel`).
 */
import type { FileHandle } from "node:fs/promises";
import { MiB } from "../../base/limits.ts";
import type { HnswHeader } from "./hnsw-header.ts";
import { LabelSet } from "./label-set.ts";
import { torn } from "./torn-segment.ts";

export interface Level0 {
  /** Labels of the elements that are not deleted. */
  readonly live: LabelSet;
  readonly deleted: number;
}

/** Reads the elements in use, a few MiB at a time. Throws TornSegment for one that can't have been written whole. */
export async function readLevel0(file: FileHandle, header: HnswHeader, highestLabel: number): Promise<Level0> {
  const perRead = Math.max(1, Math.floor((2 * MiB) / header.elementBytes));
  const buffer = Buffer.allocUnsafe(perRead * header.elementBytes);
  const live = new LabelSet(highestLabel);
  let deleted = 0;
  for (let first = 0; first < header.elements; first += perRead) {
    const count = Math.min(perRead, header.elements - first);
    const wanted = count * header.elementBytes;
    await readWhole(file, buffer.subarray(0, wanted), first * header.elementBytes);
    const view = new DataView(buffer.buffer, buffer.byteOffset, wanted);
    for (let i = 0; i < count; i++) {
      const at = i * header.elementBytes;
      checkNeighbours(view, at, header, first + i);
      const label = labelOf(view, at + header.labelAt, highestLabel, first + i);
      if (isDeleted(view, at)) deleted += 1;
      else if (!live.add(label)) throw torn("segmentSameLabel", { label });
    }
  }
  return { live, deleted };
}

async function readWhole(file: FileHandle, into: Buffer, position: number): Promise<void> {
  let filled = 0;
  while (filled < into.length) {
    const { bytesRead } = await file.read(into, filled, into.length - filled, position + filled);
    if (bytesRead === 0) throw torn("segmentFileShort", { file: "data_level0.bin", sizeBytes: position + filled });
    filled += bytesRead;
  }
}

const deleteMark = 0x01;

function isDeleted(view: DataView, elementAt: number): boolean {
  return (view.getUint8(elementAt + 2) & deleteMark) !== 0;
}

function checkNeighbours(view: DataView, at: number, header: HnswHeader, element: number): void {
  const count = view.getUint16(at, true);
  if (count > header.maxLinks0) throw torn("segmentNeighbours", { element, count });
  for (let i = 0; i < count; i++) {
    const neighbour = view.getUint32(at + 4 + i * 4, true);
    if (neighbour >= header.elements) throw torn("segmentLink", { element, neighbour });
  }
}

/** Labels count from 1; an element that was never written reads as zeros. */
function labelOf(view: DataView, at: number, highestLabel: number, element: number): number {
  const label = view.getBigUint64(at, true);
  if (label === 0n || label > BigInt(highestLabel)) {
    throw torn("segmentLabel", { element, label: String(label) });
  }
  return Number(label);
}
