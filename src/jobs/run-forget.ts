/** Removes snapshots: by a policy, or those that are named. What they took is freed by a prune, which may follow at once. */
import { isObhutError, ObhutError } from "../base/errors.ts";
import { type Finding, isIncomplete } from "../base/finding-codes.ts";
import { type SnapshotId, shortId } from "../base/ids.ts";
import type { Destination } from "../plans/destination.ts";
import { failureReason } from "../repository/failure-reason.ts";
import type { SnapshotFilter } from "../repository/find-snapshot.ts";
import type { PlannedGroup } from "../repository/forget/plan-forget.ts";
import { type RemovedSnapshots, removeSnapshots } from "../repository/forget/remove-snapshots.ts";
import { isEmptyPolicy } from "../repository/forget/retention-policy.ts";
import { isRefusal } from "../repository/is-refusal.ts";
import type { PruneOptions } from "../repository/prune/prune-options.ts";
import type { PruneCounts } from "../repository/prune/prune-plan.ts";
import type { Repository } from "../repository/repository.ts";
import { appendOnly } from "../repository/require-removal.ts";
import { type DecidedForget, decideForget, type ForgetChoice } from "./decide-forget.ts";
import { holdLock, readWhileTaking } from "./hold-lock.ts";
import { type JobWatch, noting } from "./job-event.ts";
import { lockForReading } from "./lock-for-reading.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";
import { type PruneResult, pruneLocked } from "./run-prune.ts";

export interface RunForgetOptions {
  readonly repository: Destination;
  readonly choice: ForgetChoice;
  /** Of the snapshots that a policy decides on; of `latest` and `@time` where they are named. */
  readonly filter: SnapshotFilter;
  /** No brake: the last good snapshot may go, and with a filter and an empty policy all that it chooses. */
  readonly allowRemoveAll: boolean;
  /** Undefined: without a prune. */
  readonly prune?: PruneOptions | undefined;
  readonly dryRun: boolean;
  /** Told what is going to be done, before it is. */
  readonly onPlan?: (groups: readonly PlannedGroup[]) => void;
  readonly onPrunePlan?: (counts: PruneCounts) => void;
}

export interface ForgetSummary {
  readonly location: string;
  readonly dryRun: boolean;
  readonly kept: number;
  /** Removed, or in a dry run: would be. */
  readonly removed: readonly SnapshotId[];
  readonly failed: readonly SnapshotId[];
  /** Undefined where none was asked for, nothing was removed, a removal failed, or the prune did. */
  readonly prune: PruneResult | undefined;
  /** Snapshots are gone, but their space could not be freed: why was told as an error. */
  readonly pruneFailed: boolean;
  readonly tookMs: number;
  /** A snapshot could not be read or not be removed, or the prune failed. */
  readonly incomplete: boolean;
}

type Done = Pick<ForgetSummary, "kept" | "removed" | "failed" | "prune" | "pruneFailed">;

/**
 * Errors, before anything is removed: FORGET_NO_POLICY, FORGET_EMPTIES_GROUP, FORGET_LAST_GOOD, those of finding snapshots and of the
 * lock. STORAGE_APPEND_ONLY where the storage refused to remove any; where it removed some, each of the others is an error told meanwhile.
 */
export async function runForget(options: RunForgetOptions, parts: Parts, watch: JobWatch): Promise<ForgetSummary> {
  refuseEmptyPolicy(options);
  const startedMs = parts.clock.monotonicMs();
  await using opened = await openDestination(options.repository, parts);
  const { repository } = opened;
  const findings: Finding[] = [];
  const noted: JobWatch = { ...watch, emit: noting(findings, watch.emit) };
  const done = await (options.dryRun ? planAlone : forget)(repository, options, noted);
  return {
    location: repository.storage.location,
    dryRun: options.dryRun,
    ...done,
    tookMs: Math.round(parts.clock.monotonicMs() - startedMs),
    incomplete: done.failed.length > 0 || done.pruneFailed || findings.some(isIncomplete),
  };
}

/** As restic: a policy that keeps nothing is a mistake, unless it is said that it is none, and which snapshots are meant. */
function refuseEmptyPolicy({ choice, filter, allowRemoveAll }: RunForgetOptions): void {
  if (choice.kind === "named" || !isEmptyPolicy(choice.policy)) return;
  const { instances = [], tags = [], paths = [] } = filter;
  const filtered = instances.length + tags.length + paths.length > 0;
  if (!allowRemoveAll || !filtered) throw new ObhutError("FORGET_NO_POLICY", {});
}

async function planAlone(repository: Repository, options: RunForgetOptions, watch: JobWatch): Promise<Done> {
  await using lock = await lockForReading(repository, watch);
  const reading = { emit: watch.emit, signal: lock.signal };
  const decided = await readWhileTaking(lock, () => decideForget(repository, options, reading));
  await lock.taken;
  options.onPlan?.(decided.groups);
  const prune = await pruneAfter(repository, { ...options, removed: decided.remove }, reading);
  return { kept: keptIn(decided), removed: decided.remove, failed: [], prune, pruneFailed: false };
}

async function forget(repository: Repository, options: RunForgetOptions, { emit, signal }: JobWatch): Promise<Done> {
  await using lock = await holdLock(repository, "exclusive", { emit, signal });
  const watch = { emit, signal: lock.signal };
  const decided = await decideForget(repository, options, watch);
  options.onPlan?.(decided.groups);
  const { removed, failed } = await removeSnapshots(repository, decided.remove, watch);
  tellFailures(repository, { removed, failed }, watch);
  const pruned = failed.length > 0 ? {} : await pruneOrTell(repository, { ...options, removed }, watch);
  const { prune, pruneFailed = false } = pruned;
  return { kept: keptIn(decided), removed, failed: failed.map(({ id }) => id), prune, pruneFailed };
}

/** The snapshots are gone by now: what keeps a prune from its work must not look as if nothing had been done. */
async function pruneOrTell(
  repository: Repository,
  options: RunForgetOptions & Pick<Done, "removed">,
  watch: JobWatch,
): Promise<Partial<Pick<Done, "prune" | "pruneFailed">>> {
  try {
    return { prune: await pruneAfter(repository, options, watch) };
  } catch (error) {
    if (watch.signal.aborted || !isObhutError(error)) throw error;
    watch.emit({ type: "error", error, destination: repository.storage.location });
    return { pruneFailed: true };
  }
}

/** Nothing to do where nothing was removed, as in restic. */
async function pruneAfter(
  repository: Repository,
  { prune, removed, dryRun, onPrunePlan }: RunForgetOptions & Pick<Done, "removed">,
  watch: JobWatch,
): Promise<PruneResult | undefined> {
  if (prune === undefined || removed.length === 0) return undefined;
  const onPlan = onPrunePlan === undefined ? {} : { onPlan: onPrunePlan };
  return await pruneLocked(repository, { prune, dryRun, without: new Set(removed), ...onPlan }, watch);
}

function keptIn({ groups }: DecidedForget): number {
  return groups.flatMap(({ decisions }) => decisions).filter(({ reasons }) => reasons.length > 0).length;
}

function tellFailures(
  { storage: { location } }: Repository,
  { removed, failed }: RemovedSnapshots,
  { emit }: JobWatch,
): void {
  const [first] = failed;
  if (first !== undefined && removed.length === 0 && failed.every(({ error }) => isRefusal(error))) {
    throw appendOnly(location, first.error);
  }
  for (const { id, error } of failed) {
    const params = { location, snapshot: shortId(id), reason: failureReason(error) };
    emit({ type: "error", error: new ObhutError("SNAPSHOT_NOT_REMOVED", params), destination: location });
  }
}
