/**
 * Packs that no index lists: left by a run that was interrupted, marked by an earlier prune or by rustic as to be removed, or just written
 * by a program without locks that has not listed them yet. How long they have been so is told by the mark, else by the storage. Pure.
 */
import type { PackId } from "../../base/ids.ts";
import type { BlobIndex } from "../blob-index.ts";
import type { ListedPack, MarkedPack } from "./pack-list.ts";
import { forEachEntry } from "./pack-use.ts";
import type { UsedRows } from "./used-blobs.ts";

/** A pack as the storage lists it. */
export interface StoredPack {
  readonly sizeBytes: number;
  readonly modifiedMs: number | undefined;
}

export interface LoosePack {
  readonly id: PackId;
  readonly sizeBytes: number;
  readonly mark: MarkedPack | undefined;
  /** `stay`: it has not been loose for long enough. `mark`: since when is not known, so that is written down now. */
  readonly fate: "remove" | "stay" | "mark";
}

export interface LooseInput {
  /** Packs of the storage that are not listed. */
  readonly stored: ReadonlyMap<PackId, StoredPack>;
  readonly marked: readonly MarkedPack[];
  readonly keepMs: number;
  readonly nowMs: number;
}

export function decideLoose({ stored, marked, keepMs, nowMs }: LooseInput): LoosePack[] {
  const marks = new Map(marked.map((mark) => [mark.id, mark]));
  return [...stored].map(([id, { sizeBytes, modifiedMs }]) => {
    const mark = marks.get(id);
    const sinceMs = mark === undefined ? modifiedMs : mark.timeMs;
    const old = keepMs === 0 || (sinceMs !== undefined && nowMs - sinceMs >= keepMs);
    return { id, sizeBytes, mark, fate: old ? "remove" : sinceMs === undefined ? "mark" : "stay" };
  });
}

export interface NeededInput {
  readonly packs: readonly ListedPack[];
  readonly marked: readonly MarkedPack[];
  readonly index: BlobIndex;
  readonly used: UsedRows;
  /** Whether the pack is in the storage with the size it must have. */
  readonly isSound: (pack: ListedPack) => boolean;
}

/** Marked packs with used blobs that nothing else has: a program without locks relied on them meanwhile. They are listed again. */
export function neededMarks({ packs, marked, index, used, isSound }: NeededInput): MarkedPack[] {
  if (marked.length === 0) return [];
  const had = new Uint8Array(index.count);
  const have = (pack: ListedPack): void =>
    forEachEntry(
      pack,
      (_columns, _at, row) => {
        had[row] = 1;
      },
      index,
    );
  for (const pack of packs) if (isSound(pack)) have(pack);
  return marked.filter((mark) => {
    if (mark.spans.length === 0 || !isSound(mark)) return false;
    let needed = false;
    forEachEntry(
      mark,
      (_columns, _at, row) => {
        needed ||= used[row] === 1 && had[row] === 0;
      },
      index,
    );
    if (needed) have(mark);
    return needed;
  });
}
