/** Takes what is lost out of snapshots, so that they are whole again. */
import { filterSnapshots, findSnapshot } from "../repository/find-snapshot.ts";
import { type RepairedSnapshots, repairSnapshots } from "../repository/repair/repair-snapshots.ts";
import type { Repository } from "../repository/repository.ts";
import { type DamagedSnapshot, loadSnapshots, type StoredSnapshot } from "../repository/snapshots.ts";
import type { SnapshotsChoice } from "./choose-snapshots.ts";
import type { JobWatch } from "./job-event.ts";
import type { Parts } from "./parts.ts";
import { type RepairCall, type RepairOutcome, repairDestination, repairProgress } from "./repair-destination.ts";

export interface RunRepairSnapshotsOptions extends RepairCall {
  readonly snapshots: SnapshotsChoice;
  readonly forget: boolean;
}

export type RepairSnapshotsSummary = Omit<RepairedSnapshots, "findings"> & RepairOutcome;

/** Errors: SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS, and those of repairSnapshots. */
export async function runRepairSnapshots(
  options: RunRepairSnapshotsOptions,
  parts: Parts,
  watch: JobWatch,
): Promise<RepairSnapshotsSummary> {
  const { forget, dryRun } = options;
  const onProgress = repairProgress(watch);
  return await repairDestination(options, parts, watch, async (repository, signal) => {
    const chosen = await chooseSnapshots(repository, options, signal);
    return await repairSnapshots(repository, { ...chosen, forget, dryRun, signal, onProgress });
  });
}

interface ChosenSnapshots {
  readonly snapshots: readonly StoredSnapshot[];
  readonly existing: readonly StoredSnapshot[];
  readonly damaged: readonly DamagedSnapshot[];
  /** One that cannot be read is given up where it was named, never for being met. */
  readonly giveUpDamaged: boolean;
}

async function chooseSnapshots(
  repository: Repository,
  { snapshots: { queries, filter } }: RunRepairSnapshotsOptions,
  signal: AbortSignal,
): Promise<ChosenSnapshots> {
  const { snapshots, damaged } = await loadSnapshots(repository, signal);
  if (queries.length === 0) {
    return { snapshots: filterSnapshots(snapshots, filter), existing: snapshots, damaged, giveUpDamaged: false };
  }
  const found = new Set<StoredSnapshot>();
  const named = new Set<DamagedSnapshot>();
  for (const query of queries) {
    const unreadable = damaged.filter(({ id }) => id.startsWith(query.toLowerCase()));
    if (unreadable.length === 1 && !snapshots.some(({ id }) => id.startsWith(query.toLowerCase()))) {
      for (const one of unreadable) named.add(one);
    } else {
      found.add(findSnapshot(snapshots, query, filter));
    }
  }
  return { snapshots: [...found], existing: snapshots, damaged: [...named], giveUpDamaged: true };
}
