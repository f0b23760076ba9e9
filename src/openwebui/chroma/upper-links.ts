/**
 * `link_lists.bin`: for each element its number of bytes, then that many: one list of neighbours for each level above 0.
 * Source: chroma-core/hnswlib, hnswlib/hnswalg.h, `loadLinkLists`.
 */
import type { HnswHeader } from "./hnsw-header.ts";
import { torn } from "./torn-segment.ts";

export interface UpperLevels {
  readonly maxLevel: number;
  readonly enterPointLevel: number;
}

/** hnswlib draws levels from an exponential law; 255 would take 16^255 vectors. */
const maxLevels = 255;

/** Throws TornSegment where a list is cut short, too long, or leads to an element that is not on that level. */
export function readUpperLinks(bytes: Uint8Array, header: HnswHeader): UpperLevels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const listBytes = header.maxLinks * 4 + 4;
  const levels = new Uint8Array(header.elements);
  const starts: number[] = [];
  let at = 0;
  for (let element = 0; element < header.elements; element++) {
    if (at + 4 > bytes.length) throw torn("segmentLinkList", { element });
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) continue;
    if (size % listBytes !== 0 || size / listBytes > maxLevels || at + size > bytes.length) {
      throw torn("segmentLinkList", { element });
    }
    levels[element] = size / listBytes;
    starts.push(element, at);
    at += size;
  }
  for (let i = 0; i + 1 < starts.length; i += 2) checkLists(view, header, levels, starts[i] ?? 0, starts[i + 1] ?? 0);
  const maxLevel = levels.reduce((highest, level) => Math.max(highest, level), 0);
  return { maxLevel, enterPointLevel: levels[header.enterPoint ?? 0] ?? 0 };
}

function checkLists(view: DataView, header: HnswHeader, levels: Uint8Array, element: number, start: number): void {
  const listBytes = header.maxLinks * 4 + 4;
  for (let level = 1; level <= (levels[element] ?? 0); level++) {
    const at = start + (level - 1) * listBytes;
    const count = view.getUint16(at, true);
    if (count > header.maxLinks) throw torn("segmentNeighbours", { element, count });
    for (let i = 0; i < count; i++) {
      const neighbour = view.getUint32(at + 4 + i * 4, true);
      // A neighbour below that level has no list there, and a search would follow a null pointer.
      if (neighbour >= header.elements || (levels[neighbour] ?? 0) < level) {
        throw torn("segmentLink", { element, neighbour });
      }
    }
  }
}
