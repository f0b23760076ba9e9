/** A new index of what is there. */
import type { Finding } from "../../base/finding-codes.ts";
import { checkTrees } from "../check/check-trees.ts";
import { loadIndex } from "../load-index.ts";
import type { Repository } from "../repository.ts";
import { loadSnapshots } from "../snapshots.ts";
import { type IndexPlanOptions, type IndexRepairPlan, planIndexRepair } from "./plan-index-repair.ts";
import { rewriteIndexes } from "./rewrite-indexes.ts";

export interface RepairIndexOptions extends IndexPlanOptions {
  readonly dryRun: boolean;
}

export interface RepairedIndex {
  readonly packs: number;
  readonly packsRead: number;
  readonly packsAdded: number;
  /** Packs that are gone, and are listed no more. */
  readonly packsDropped: number;
  /** Index files that were damaged. */
  readonly indexesDamaged: number;
  readonly indexesWritten: number;
  readonly indexesRemoved: number;
  /** What is wrong still, files that lost pieces among it. Damaged index files are cured, so they are not. */
  readonly findings: readonly Finding[];
}

/** The caller holds the exclusive lock, or a shared one for a dry run. */
export async function repairIndex(repo: Repository, options: RepairIndexOptions): Promise<RepairedIndex> {
  const { dryRun, signal } = options;
  const plan = await planIndexRepair(repo, options);
  const { written, removed } = dryRun ? { written: 0, removed: 0 } : await rewriteIndexes(repo, plan.rewrite, signal);
  return {
    packs: plan.sizes.size,
    packsRead: plan.packsRead,
    packsAdded: plan.packsAdded,
    packsDropped: plan.packsMissing.length,
    indexesDamaged: plan.loaded.damaged.length,
    indexesWritten: written,
    indexesRemoved: removed,
    findings: dryRun ? plan.findings : await stillWrong(repo, plan, signal),
  };
}

/** Where a pack is gone, people must know which files that hits. */
async function stillWrong(repo: Repository, plan: IndexRepairPlan, signal?: AbortSignal): Promise<readonly Finding[]> {
  const found = plan.findings.filter(({ code }) => code !== "INDEX_DAMAGED" && code !== "PACK_MISSING");
  if (plan.packsMissing.length === 0) return found;
  return [...found, ...(await lostFiles(repo, signal))];
}

/** Files and folders of snapshots that are not whole, as far as the index tells. */
export async function lostFiles(repo: Repository, signal?: AbortSignal): Promise<readonly Finding[]> {
  const { snapshots, findings } = await loadSnapshots(repo, signal);
  const indexed = await loadIndex(repo, signal ? { signal } : {});
  const trees = await checkTrees(indexed, snapshots, { lostBlobs: new Set(), ...(signal ? { signal } : {}) });
  return [...findings, ...trees.findings];
}
