/**
 * How much of each pack is used. Where a blob lies in several packs one copy counts as used, chosen so that few packs have to be
 * written anew: the rule is restic's (internal/repository/prune.go, packInfoFromIndex). Pure.
 */
import type { PackId } from "../../base/ids.ts";
import type { BlobIndex } from "../blob-index.ts";
import type { IndexColumns } from "../format/index-file.ts";
import { type ListedPack, packBytesOf, typeAt } from "./pack-list.ts";
import { rowOf, type UsedRows } from "./used-blobs.ts";

export type PackKind = "data" | "tree" | "mixed";

export interface PackUse {
  readonly pack: ListedPack;
  readonly kind: PackKind;
  /** By what its entries say, header included. */
  readonly bytes: number;
  readonly usedBlobs: number;
  readonly usedBytes: number;
  /** Blobs that nobody refers to, and copies that are too many. Bytes: sealed, without the header. */
  readonly unusedBlobs: number;
  readonly unusedBytes: number;
  /** Of these, copies of used blobs. */
  readonly duplicateBlobs: number;
  readonly duplicateBytes: number;
  /** A tree in it is not compressed. */
  readonly plainTrees: boolean;
}

export interface MeasuredPacks {
  readonly uses: readonly PackUse[];
  /** Used blobs of which no sound pack has a copy, by the unsound pack that lists them. Each blob once. */
  readonly lost: ReadonlyMap<PackId, number>;
}

export interface MeasureInput {
  readonly packs: readonly ListedPack[];
  /** All packs' blobs. */
  readonly index: BlobIndex;
  readonly used: UsedRows;
  /** Whether the pack is in the storage with the size it must have; of others no copy counts. */
  readonly isSound: (pack: ListedPack) => boolean;
}

/** A pack while it is counted. */
interface Tally {
  readonly pack: ListedPack;
  readonly sound: boolean;
  readonly bytes: number;
  kind: PackKind | undefined;
  plainTrees: boolean;
  blobs: number;
  blobBytes: number;
  usedBlobs: number;
  usedBytes: number;
  duplicateBlobs: number;
  duplicateBytes: number;
}

export function measurePacks(input: MeasureInput): MeasuredPacks {
  const { packs, index, used } = input;
  const tallies = packs.map((pack) => newTally(pack, input.isSound(pack)));
  const copies = countCopies(tallies, index);
  let hasDuplicates = false;
  for (const tally of tallies) {
    forEachEntry(
      tally.pack,
      (columns, row, number) => {
        const length = columns.lengths[row] ?? 0;
        count(tally, columns, row, length);
        if (!tally.sound || used[number] !== 1) return;
        if (copies[number] === 1) use(tally, length);
        else duplicate(tally, length);
        hasDuplicates ||= copies[number] !== 1;
      },
      index,
    );
  }
  if (hasDuplicates) chooseCopies(tallies, { index, used, copies });
  return { uses: tallies.map(useOf), lost: lostBlobs(tallies, { index, used, copies }) };
}

/** How many sound packs' entries there are of each blob, up to 255. */
function countCopies(tallies: readonly Tally[], index: BlobIndex): Uint8Array {
  const copies = new Uint8Array(index.count);
  for (const { pack, sound } of tallies) {
    if (!sound) continue;
    forEachEntry(
      pack,
      (_columns, _row, number) => {
        copies[number] = Math.min(255, (copies[number] ?? 0) + 1);
      },
      index,
    );
  }
  return copies;
}

interface Copies {
  readonly index: BlobIndex;
  readonly used: UsedRows;
  readonly copies: Uint8Array;
}

/**
 * Counts one copy of each blob that has several as used: one in a pack that is kept anyway, one in a pack of nothing but copies (which
 * is what an interrupted prune leaves: its work is taken over), else the last.
 */
function chooseCopies(tallies: readonly Tally[], { index, used, copies }: Copies): void {
  const chosen = new Uint8Array(index.count);
  const left = copies.slice();
  for (const tally of tallies) {
    if (!tally.sound) continue;
    const onlyCopies = tally.duplicateBlobs === tally.blobs;
    forEachEntry(
      tally.pack,
      (columns, row, number) => {
        if (used[number] !== 1 || copies[number] === 1 || chosen[number] === 1) return;
        left[number] = Math.max(0, (left[number] ?? 0) - 1);
        if (!onlyCopies && tally.usedBlobs === 0 && (left[number] ?? 0) > 0) return;
        chosen[number] = 1;
        const length = columns.lengths[row] ?? 0;
        tally.duplicateBlobs--;
        tally.duplicateBytes -= length;
        use(tally, length);
      },
      index,
    );
  }
}

function lostBlobs(tallies: readonly Tally[], { index, used, copies }: Copies): Map<PackId, number> {
  const lost = new Map<PackId, number>();
  const told = new Uint8Array(index.count);
  for (const { pack, sound } of tallies) {
    if (sound) continue;
    forEachEntry(
      pack,
      (_columns, _row, number) => {
        if (used[number] !== 1 || copies[number] !== 0 || told[number] === 1) return;
        told[number] = 1;
        lost.set(pack.id, (lost.get(pack.id) ?? 0) + 1);
      },
      index,
    );
  }
  return lost;
}

type VisitEntry = (columns: IndexColumns, row: number, number: number) => void;

/** Calls `visit` with each entry of a pack and the number its blob has in the index. */
export function forEachEntry({ spans }: ListedPack, visit: VisitEntry, index: BlobIndex): void {
  for (const { columns, from, to } of spans) {
    for (let row = from; row < to; row++) {
      visit(columns, row, rowOf(index, typeAt(columns, row), columns.ids, row));
    }
  }
}

function newTally(pack: ListedPack, sound: boolean): Tally {
  const zeros = { blobs: 0, blobBytes: 0, usedBlobs: 0, usedBytes: 0, duplicateBlobs: 0, duplicateBytes: 0 };
  return { pack, sound, bytes: packBytesOf(pack), kind: undefined, plainTrees: false, ...zeros };
}

function count(tally: Tally, columns: IndexColumns, row: number, length: number): void {
  const type = typeAt(columns, row);
  tally.kind = tally.kind === undefined || tally.kind === type ? type : "mixed";
  tally.plainTrees ||= type === "tree" && columns.uncompressedLengths[row] === 0;
  tally.blobs++;
  tally.blobBytes += length;
}

function use(tally: Tally, length: number): void {
  tally.usedBlobs++;
  tally.usedBytes += length;
}

function duplicate(tally: Tally, length: number): void {
  tally.duplicateBlobs++;
  tally.duplicateBytes += length;
}

function useOf({ pack, kind, bytes, plainTrees, ...tally }: Tally): PackUse {
  const { usedBlobs, usedBytes, duplicateBlobs, duplicateBytes } = tally;
  return {
    pack,
    kind: kind ?? "data",
    bytes,
    usedBlobs,
    usedBytes,
    unusedBlobs: tally.blobs - usedBlobs,
    unusedBytes: tally.blobBytes - usedBytes,
    duplicateBlobs,
    duplicateBytes,
    plainTrees,
  };
}
