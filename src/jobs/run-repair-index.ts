/** Makes a repository's index anew from what is there. */
import { type RepairedIndex, repairIndex } from "../repository/repair/repair-index.ts";
import type { JobWatch } from "./job-event.ts";
import type { Parts } from "./parts.ts";
import { type RepairCall, type RepairOutcome, repairDestination, repairProgress } from "./repair-destination.ts";

export interface RunRepairIndexOptions extends RepairCall {
  readonly readAllPacks: boolean;
}

export type RepairIndexSummary = Omit<RepairedIndex, "findings"> & RepairOutcome;

export async function runRepairIndex(
  options: RunRepairIndexOptions,
  parts: Parts,
  watch: JobWatch,
): Promise<RepairIndexSummary> {
  const { readAllPacks, dryRun } = options;
  const onProgress = repairProgress(watch);
  return await repairDestination(options, parts, watch, (repository, signal) =>
    repairIndex(repository, { readAllPacks, dryRun, signal, onProgress }),
  );
}
