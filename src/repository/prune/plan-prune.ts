/** Makes the plan of a prune: reads snapshots, indexes, trees and the list of packs, and changes nothing. */
import { ObhutError } from "../../base/errors.ts";
import { type PackId, parseId, type SnapshotId, shortId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import type { Repository } from "../repository.ts";
import { loadSnapshots } from "../snapshots.ts";
import { countPlan } from "./count-plan.ts";
import { decidePacks } from "./decide-packs.ts";
import { indexOfList, loadPackList, packBytesOf } from "./pack-list.ts";
import { measurePacks } from "./pack-use.ts";
import type { PruneOptions } from "./prune-options.ts";
import type { LoadedPrunePlan, UnlistedPack } from "./prune-plan.ts";
import { findUsedBlobs } from "./used-blobs.ts";

export interface PlanPruneInput {
  readonly options: PruneOptions;
  /** Snapshots that count as removed: for a dry run of what would remove them first. */
  readonly without?: ReadonlySet<SnapshotId>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly trees: number; readonly snapshots: number }) => void;
}

/** A pack as the storage lists it. */
interface StoredPack {
  readonly sizeBytes: number;
  readonly modifiedMs: number | undefined;
}

/**
 * Under an exclusive lock, or for a dry run a shared one. Errors: PRUNE_SNAPSHOT_UNREADABLE, PRUNE_TREE_UNREADABLE, PRUNE_BLOB_MISSING
 * and PRUNE_PACKS_UNSOUND where not all is known that must be; OBJECT_DAMAGED for an index file.
 */
export async function planPrune(repo: Repository, input: PlanPruneInput): Promise<LoadedPrunePlan> {
  const { options, signal, onProgress } = input;
  const { snapshots, snapshotFiles } = await requireSnapshots(repo, input);
  const list = await loadPackList(repo, signal);
  const index = indexOfList(list);
  const used = await findUsedBlobs({ ...repo, index }, snapshots, {
    ...(signal ? { signal } : {}),
    onProgress: (trees, done) => onProgress?.({ trees, snapshots: done }),
  });
  const stored = await storedPacks(repo, signal);
  const measured = measurePacks({
    packs: list.packs,
    index,
    used,
    isSound: (pack) => stored.get(pack.id)?.sizeBytes === packBytesOf(pack),
  });
  refuseLost(measured.lost, stored);
  const isThere = (pack: PackId): boolean => stored.has(pack);
  const packs = decidePacks({ uses: measured.uses, isThere, options, version: repo.config.version });
  for (const { id } of list.packs) stored.delete(id);
  const unlisted = unlistedPacks(stored, repo.actor.clock.nowMs());
  return { packs, unlisted, counts: countPlan(packs, unlisted), snapshots, snapshotFiles, list, index, used };
}

async function requireSnapshots(
  repo: Repository,
  input: PlanPruneInput,
): Promise<Pick<LoadedPrunePlan, "snapshots" | "snapshotFiles">> {
  const { snapshots, damaged } = await loadSnapshots(repo, input.signal);
  const [first] = damaged.filter(({ id }) => !input.without?.has(id));
  if (first !== undefined) {
    throw new ObhutError("PRUNE_SNAPSHOT_UNREADABLE", { snapshot: shortId(first.id), reason: first.reason });
  }
  return {
    snapshots: snapshots.filter(({ id }) => !input.without?.has(id)),
    snapshotFiles: new Set([...snapshots, ...damaged].map(({ id }) => id)),
  };
}

async function storedPacks(repo: Repository, signal?: AbortSignal): Promise<Map<PackId, StoredPack>> {
  const stored = new Map<PackId, StoredPack>();
  for await (const { name, sizeBytes, modifiedMs } of repo.storage.list("data", signal)) {
    const id = parseId<PackId>(name);
    if (id !== undefined) stored.set(id, { sizeBytes, modifiedMs });
  }
  return stored;
}

function refuseLost(lost: ReadonlyMap<PackId, number>, stored: ReadonlyMap<PackId, StoredPack>): void {
  const [first] = lost;
  if (first === undefined) return;
  const missing = [...lost.keys()].filter((pack) => !stored.has(pack)).length;
  const blobs = [...lost.values()].reduce((sum, count) => sum + count);
  const params = { missing, wrong: lost.size - missing, pack: shortId(first[0]), blobs };
  throw new ObhutError("PRUNE_PACKS_UNSOUND", params);
}

function unlistedPacks(stored: ReadonlyMap<PackId, StoredPack>, nowMs: number): UnlistedPack[] {
  return [...stored].map(([id, { sizeBytes, modifiedMs }]) => {
    const young = modifiedMs === undefined || nowMs - modifiedMs < limits.unlistedPackMs;
    return { id, sizeBytes, young };
  });
}
