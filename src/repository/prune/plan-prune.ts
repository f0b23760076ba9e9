/** Makes the plan of a prune: reads snapshots, indexes, trees and the list of packs, and changes nothing. */
import { ObhutError } from "../../base/errors.ts";
import { type PackId, parseId, type SnapshotId, shortId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import type { Repository } from "../repository.ts";
import { loadSnapshots, namedFailure, type StoredSnapshot } from "../snapshots.ts";
import { countPlan } from "./count-plan.ts";
import { decidePacks } from "./decide-packs.ts";
import { decideLoose, neededMarks, type StoredPack } from "./loose-packs.ts";
import { indexOfList, type ListedPack, loadPackList, type PackList, packBytesOf } from "./pack-list.ts";
import { measurePacks } from "./pack-use.ts";
import type { PruneOptions } from "./prune-options.ts";
import type { LoadedPrunePlan } from "./prune-plan.ts";
import { findUsedBlobs } from "./used-blobs.ts";

export interface PlanPruneInput {
  readonly options: PruneOptions;
  /** Snapshots that count as removed: for a dry run of what would remove them first. */
  readonly without?: ReadonlySet<SnapshotId>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly trees: number; readonly snapshots: number }) => void;
}

/**
 * Under an exclusive lock, or for a dry run a shared one. Errors: PRUNE_SNAPSHOT_UNREADABLE, PRUNE_TREE_UNREADABLE, PRUNE_BLOB_MISSING
 * and PRUNE_PACKS_UNSOUND where not all is known that must be; OBJECT_DAMAGED for an index file; the storage's own where something cannot
 * be read: it may be whole tomorrow, and need what would go today.
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
  const isSound = (pack: ListedPack): boolean => stored.get(pack.id)?.sizeBytes === packBytesOf(pack);
  const recovered = neededMarks({ ...list, index, used, isSound });
  const unsoundMarks = list.marked.filter((mark) => !isSound(mark));
  const listed = [...list.packs, ...recovered];
  const measured = measurePacks({ packs: [...listed, ...unsoundMarks], index, used, isSound });
  refuseLost(measured.lost, stored);
  const uses = measured.uses.slice(0, listed.length);
  const isThere = (pack: PackId): boolean => stored.has(pack);
  const packs = decidePacks({ uses, isThere, options, version: repo.config.version });
  for (const { id } of listed) stored.delete(id);
  const { keepMs, later } = deletionOf(options, snapshots, list);
  const loose = decideLoose({ stored, marked: list.marked, keepMs, nowMs: repo.actor.clock.nowMs() });
  const counts = countPlan({ packs, loose, recovered: recovered.length, later });
  return { packs, loose, recovered, later, keepMs, counts, snapshots, snapshotFiles, list, index, used };
}

/** How long loose packs stay, and whether packs that are not needed any more are marked rather than removed. */
function deletionOf(
  { keepDeleteMs }: PruneOptions,
  snapshots: readonly StoredSnapshot[],
  { marked }: PackList,
): { readonly keepMs: number; readonly later: boolean } {
  if (keepDeleteMs !== "auto") return { keepMs: keepDeleteMs, later: keepDeleteMs > 0 };
  const byRustic = snapshots.some(isByRustic) || marked.some(({ spans }) => spans.length > 0);
  return { keepMs: limits.keepDeleteMs, later: byRustic };
}

/** rustic takes no locks: nothing here can keep it from storing what relies on packs that are about to go. */
export function isByRustic({ programVersion }: StoredSnapshot): boolean {
  return programVersion.startsWith("rustic");
}

async function requireSnapshots(
  repo: Repository,
  input: PlanPruneInput,
): Promise<Pick<LoadedPrunePlan, "snapshots" | "snapshotFiles">> {
  const { snapshots, damaged, unreadable } = await loadSnapshots(repo, input.signal);
  const [unread] = unreadable;
  if (unread !== undefined) throw unread.error;
  const first = damaged.find(({ id }) => !input.without?.has(id));
  if (first !== undefined) throw new ObhutError("PRUNE_SNAPSHOT_UNREADABLE", namedFailure(first));
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
