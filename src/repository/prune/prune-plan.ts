/** What a prune is going to do, before it does anything. */
import type { SnapshotId } from "../../base/ids.ts";
import type { BlobIndex } from "../blob-index.ts";
import type { StoredSnapshot } from "../snapshots.ts";
import type { LoosePack } from "./loose-packs.ts";
import type { ListedPack, MarkedPack, PackList } from "./pack-list.ts";
import type { PackUse } from "./pack-use.ts";
import type { UsedRows } from "./used-blobs.ts";

/**
 * `keep`: stays as it is. `repack`: what is used of it is written into new packs, then it is removed. `remove`: nothing in it is used.
 * `forget`: nothing in it is used, and it is not there: only the index names it.
 */
export type PackFate = "keep" | "repack" | "remove" | "forget";

export interface PlannedPack extends PackUse {
  readonly fate: PackFate;
}

interface Amount {
  readonly blobs: number;
  /** Sealed bytes of the blobs; packs' headers are not in it. */
  readonly bytes: number;
}

export interface PruneCounts {
  /** What snapshots refer to, each blob once. */
  readonly used: Amount;
  /** Further copies of used blobs. */
  readonly duplicate: Amount;
  /** What nobody refers to. */
  readonly unused: Amount;
  /** All in packs that are written anew, and what of it goes. */
  readonly repack: Amount;
  readonly repackRemoved: Amount;
  /** In packs that are removed as they are. */
  readonly removed: Amount;
  /** What nobody refers to, but stays. */
  readonly remainingUnused: Amount;
  /** Packs in the storage, by what is in them, and by what becomes of them. */
  readonly packs: {
    readonly used: number;
    readonly partlyUsed: number;
    readonly unused: number;
    readonly unlisted: number;
    readonly keep: number;
    readonly repack: number;
    readonly remove: number;
    /** In no index, and not long enough to be removed. */
    readonly young: number;
    /** Of `repack` and `remove`, those that are marked now and removed by a later prune: all or none. */
    readonly later: number;
    /** Marked by an earlier prune, yet needed: listed again. */
    readonly recovered: number;
    /** Named by the index, but not there, and not needed. */
    readonly missing: number;
  };
  /** Bytes of packs that no index lists: of those that are removed, and of those that stay. */
  readonly unlistedBytes: number;
  readonly youngBytes: number;
  /** Bytes of the packs that are removed later. */
  readonly laterBytes: number;
}

export interface PrunePlan {
  /** Those that indexes list, and those that are listed again. */
  readonly packs: readonly PlannedPack[];
  readonly loose: readonly LoosePack[];
  readonly recovered: readonly MarkedPack[];
  /** Packs that are not needed any more are marked, not removed: see `PruneOptions.keepDeleteMs`. */
  readonly later: boolean;
  /** How long such packs, and loose ones, stay: ms. */
  readonly keepMs: number;
  readonly counts: PruneCounts;
}

/** A plan with what it was made of. Good only under the lock that it was made under, and only once. */
export interface LoadedPrunePlan extends PrunePlan {
  readonly snapshots: readonly StoredSnapshot[];
  /** All that were there, those included that count as removed. */
  readonly snapshotFiles: ReadonlySet<SnapshotId>;
  readonly list: PackList;
  readonly index: BlobIndex;
  readonly used: UsedRows;
}

/** Packs that are in no index any more in the end. */
export function goingPacks({ packs }: PrunePlan): ListedPack[] {
  return packs.filter(({ fate }) => fate !== "keep").map(({ pack }) => pack);
}
