/**
 * `header.bin` of a persisted HNSW index: little-endian, 100 bytes.
 * Source: chroma-core/hnswlib, hnswlib/hnswalg.h, `HEADER_FIELDS` and `readPersistedIndexFromStreams`.
 */
import { torn } from "./torn-segment.ts";

export const hnswHeaderBytes = 100;

export interface HnswHeader {
  readonly maxElements: number;
  /** Elements in use, those marked deleted included. */
  readonly elements: number;
  /** Of data_level0.bin: neighbours (count and ids), vector, label. */
  readonly elementBytes: number;
  readonly vectorAt: number;
  readonly labelAt: number;
  readonly maxLevel: number;
  /** Undefined while there is no element. */
  readonly enterPoint?: number;
  /** Most neighbours of an element above level 0, and on it. */
  readonly maxLinks: number;
  readonly maxLinks0: number;
}

/** Throws TornSegment where the fields can't be those of an index whose vectors have `dimension` numbers. */
export function readHnswHeader(bytes: Uint8Array, dimension?: number): HnswHeader {
  if (bytes.length < hnswHeaderBytes) throw torn("segmentFileShort", { file: "header.bin", sizeBytes: bytes.length });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = (at: number): number => {
    const value = view.getBigUint64(at, true);
    if (value > 0xffff_ffffn) throw torn("segmentHeader", {});
    return Number(value);
  };
  if (view.getInt32(0, true) !== 1) throw torn("segmentVersion", { version: view.getInt32(0, true) });
  const enterPoint = view.getUint32(56, true);
  const elements = size(20);
  const header: HnswHeader = {
    maxElements: size(12),
    elements,
    elementBytes: size(28),
    labelAt: size(36),
    vectorAt: size(44),
    maxLevel: view.getInt32(52, true),
    maxLinks: size(60),
    maxLinks0: size(68),
    ...(elements > 0 ? { enterPoint } : {}),
  };
  checkShape(header, dimension);
  return header;
}

function checkShape(header: HnswHeader, dimension: number | undefined): void {
  const vectorBytes = header.labelAt - header.vectorAt;
  const consistent =
    header.elements <= header.maxElements &&
    header.maxLinks > 0 &&
    header.maxLinks0 < 0x1_0000 &&
    header.maxLinks <= header.maxLinks0 &&
    header.vectorAt === header.maxLinks0 * 4 + 4 &&
    vectorBytes > 0 &&
    vectorBytes % 4 === 0 &&
    header.elementBytes === header.labelAt + 8;
  if (!consistent) throw torn("segmentHeader", {});
  if (dimension !== undefined && vectorBytes !== dimension * 4) {
    throw torn("segmentDimension", { found: vectorBytes / 4, expected: dimension });
  }
  if (header.enterPoint !== undefined && (header.enterPoint >= header.elements || header.maxLevel < 0)) {
    throw torn("segmentHeader", {});
  }
}
