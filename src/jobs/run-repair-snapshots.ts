/** Takes what is lost out of snapshots, so that they are whole again. */
import { type Finding, finding } from "../base/finding-codes.ts";
import { filterSnapshots } from "../repository/find-snapshot.ts";
import { type RepairedSnapshots, repairSnapshots } from "../repository/repair/repair-snapshots.ts";
import { type LoadedSnapshots, loadSnapshots, namedFailure, type StoredSnapshot } from "../repository/snapshots.ts";
import type { SnapshotsChoice } from "./choose-snapshots.ts";
import type { JobWatch } from "./job-event.ts";
import { type NamedSnapshots, namedSnapshots } from "./named-snapshots.ts";
import type { Parts } from "./parts.ts";
import { type RepairCall, type RepairOutcome, repairDestination, repairProgress } from "./repair-destination.ts";

export interface RunRepairSnapshotsOptions extends RepairCall {
  readonly snapshots: SnapshotsChoice;
  readonly forget: boolean;
}

export type RepairSnapshotsSummary = Omit<RepairedSnapshots, "findings"> & RepairOutcome;

/** Errors: those of `namedSnapshots` and `repairSnapshots`. */
export async function runRepairSnapshots(
  options: RunRepairSnapshotsOptions,
  parts: Parts,
  watch: JobWatch,
): Promise<RepairSnapshotsSummary> {
  const { forget, dryRun } = options;
  const onProgress = repairProgress(watch);
  return await repairDestination(options, parts, watch, async (repository, signal) => {
    const loaded = await loadSnapshots(repository, signal);
    const chosen = chooseSnapshots(loaded, options);
    const { findings, ...result } = await repairSnapshots(repository, {
      ...chosen,
      forget,
      dryRun,
      signal,
      onProgress,
    });
    return { ...result, findings: [...chosen.findings, ...findings] };
  });
}

interface ChosenSnapshots extends NamedSnapshots {
  readonly existing: readonly StoredSnapshot[];
  /** A damaged one is given up where it was named, never for being met. */
  readonly giveUpDamaged: boolean;
  readonly findings: readonly Finding[];
}

/** One that could not be read is left as it is: whether it is damaged nobody knows. */
function chooseSnapshots(
  loaded: LoadedSnapshots,
  { snapshots: { queries, filter } }: RunRepairSnapshotsOptions,
): ChosenSnapshots {
  const { snapshots: existing, damaged, unreadable } = loaded;
  if (queries.length > 0) {
    return { ...namedSnapshots(loaded, queries, filter), existing, giveUpDamaged: true, findings: [] };
  }
  const findings = unreadable.map((one) => finding("SNAPSHOT_UNREADABLE", namedFailure(one)));
  return { snapshots: filterSnapshots(existing, filter), damaged, existing, giveUpDamaged: false, findings };
}
