/** Frees the space in a repository that no snapshot needs. */
import { type Finding, finding, isIncomplete } from "../base/finding-codes.ts";
import type { SnapshotId } from "../base/ids.ts";
import type { Destination } from "../plans/destination.ts";
import { type AppliedPrune, applyPrune } from "../repository/prune/apply-prune.ts";
import { isByRustic, planPrune } from "../repository/prune/plan-prune.ts";
import type { PruneOptions } from "../repository/prune/prune-options.ts";
import type { LoadedPrunePlan, PruneCounts } from "../repository/prune/prune-plan.ts";
import type { Repository } from "../repository/repository.ts";
import { extendNeeded } from "./extend-needed.ts";
import { holdLock, readWhileTaking } from "./hold-lock.ts";
import { type JobWatch, noting } from "./job-event.ts";
import { lockForReading } from "./lock-for-reading.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface RunPruneOptions extends PruneLockedOptions {
  readonly repository: Destination;
}

export interface PruneLockedOptions {
  readonly prune: PruneOptions;
  /** The plan alone. */
  readonly dryRun: boolean;
  /** Told what is going to be done, before it is. */
  readonly onPlan?: (counts: PruneCounts) => void;
  /** Snapshots that count as removed: for the dry run of a job that would remove them first. */
  readonly without?: ReadonlySet<SnapshotId>;
}

export interface PruneResult {
  readonly plan: PruneCounts;
  /** Undefined after a dry run. */
  readonly applied: AppliedPrune | undefined;
  /** Something that was to be removed is still there. */
  readonly incomplete: boolean;
}

export interface PruneSummary extends PruneResult {
  readonly location: string;
  readonly tookMs: number;
}

/** Takes an exclusive lock, for a dry run a shared one. */
export async function runPrune(options: RunPruneOptions, parts: Parts, watch: JobWatch): Promise<PruneSummary> {
  const startedMs = parts.clock.monotonicMs();
  await using opened = await openDestination(options.repository, parts);
  const { repository } = opened;
  const result = await (options.dryRun ? planWhileReading : pruneAlone)(repository, options, watch);
  const tookMs = Math.round(parts.clock.monotonicMs() - startedMs);
  return { ...result, location: repository.storage.location, tookMs };
}

async function pruneAlone(repository: Repository, options: PruneLockedOptions, watch: JobWatch): Promise<PruneResult> {
  await using lock = await holdLock(repository, "exclusive", watch);
  return await pruneLocked(repository, options, { emit: watch.emit, signal: lock.signal });
}

async function planWhileReading(
  repository: Repository,
  options: PruneLockedOptions,
  watch: JobWatch,
): Promise<PruneResult> {
  await using lock = await lockForReading(repository, watch);
  const findings: Finding[] = [];
  const emit = noting(findings, watch.emit);
  const plan = await readWhileTaking(lock, () => loadPlan(repository, options, { emit, signal: lock.signal }));
  await lock.taken;
  options.onPlan?.(plan.counts);
  return { plan: plan.counts, applied: undefined, incomplete: findings.some(isIncomplete) };
}

/** For a job that holds the exclusive lock already; `watch.signal` must be that of the lock. */
export async function pruneLocked(
  repository: Repository,
  options: PruneLockedOptions,
  watch: JobWatch,
): Promise<PruneResult> {
  const findings: Finding[] = [];
  const emit = noting(findings, watch.emit);
  const plan = await loadPlan(repository, options, { emit, signal: watch.signal });
  options.onPlan?.(plan.counts);
  const applied = options.dryRun
    ? undefined
    : await applyPrune(repository, plan, {
        signal: watch.signal,
        onFinding: (found) => emit({ type: "finding", finding: found }),
        onProgress: ({ phase, packsDone, packsTotal, bytesDone, bytesTotal }) =>
          emit({ type: "status", phase, filesDone: packsDone, filesTotal: packsTotal, bytesDone, bytesTotal }),
      });
  if (applied !== undefined) await extendNeeded(repository, { emit, signal: watch.signal });
  return { plan: plan.counts, applied, incomplete: findings.some(isIncomplete) };
}

async function loadPlan(
  repository: Repository,
  { prune, without }: PruneLockedOptions,
  { emit, signal }: JobWatch,
): Promise<LoadedPrunePlan> {
  const plan = await planPrune(repository, {
    options: prune,
    signal,
    ...(without === undefined ? {} : { without }),
    onProgress: ({ trees }) => emit({ type: "status", phase: "plan", filesDone: trees, bytesDone: 0 }),
  });
  for (const found of notesOn(plan, repository.storage.location)) emit({ type: "finding", finding: found });
  return plan;
}

/** What a person must know of a plan besides its figures. */
function notesOn({ snapshots, counts, keepMs }: LoadedPrunePlan, location: string): Finding[] {
  const { young, youngBytes, later, laterBytes, recovered, missing } = { ...counts, ...counts.packs };
  const rustics = snapshots.filter(isByRustic).length;
  const hours = Math.round(keepMs / 360_000) / 10;
  return [
    rustics > 0 && finding("RUSTIC_WITHOUT_LOCKS", { location, count: rustics }),
    recovered > 0 && finding("PACKS_RECOVERED", { count: recovered }),
    later > 0 && finding("PACKS_MARKED", { count: later, sizeBytes: laterBytes, hours }),
    missing > 0 && finding("PACKS_FORGOTTEN", { count: missing }),
    young > 0 && finding("PACKS_YOUNG", { count: young, sizeBytes: youngBytes, hours }),
  ].filter((note) => note !== false);
}
