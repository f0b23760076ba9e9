/** Removes snapshots: by a policy, or those that are named. What they took is freed by prune. */
import { ObhutError } from "../base/errors.ts";
import { type Finding, finding, isIncomplete } from "../base/finding-codes.ts";
import { type SnapshotId, shortId } from "../base/ids.ts";
import type { Destination } from "../plans/destination.ts";
import { filterSnapshots, type SnapshotFilter } from "../repository/find-snapshot.ts";
import { localZone } from "../repository/forget/calendar.ts";
import type { Grouping } from "../repository/forget/group-snapshots.ts";
import { isFuture, keepingGood, type PlannedGroup, planForget, removedBy } from "../repository/forget/plan-forget.ts";
import { removeSnapshots } from "../repository/forget/remove-snapshots.ts";
import { isEmptyPolicy, type RetentionPolicy } from "../repository/forget/retention-policy.ts";
import { msOfTimeText } from "../repository/format/time-text.ts";
import type { Repository } from "../repository/repository.ts";
import { type LoadedSnapshots, loadSnapshots } from "../repository/snapshots.ts";
import { GoodSnapshots } from "./good-snapshots.ts";
import { holdLock } from "./hold-lock.ts";
import { type JobWatch, noting } from "./job-event.ts";
import { lockForReading } from "./lock-for-reading.ts";
import { namedSnapshots } from "./named-snapshots.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface ForgetByPolicy {
  readonly policy: RetentionPolicy;
  readonly groupBy: ReadonlySet<Grouping>;
}

export interface RunForgetOptions {
  readonly repository: Destination;
  /** A policy for those that the filter chooses, or ids, `latest`, `@time` of those that shall go. */
  readonly choice: ForgetByPolicy | { readonly queries: readonly string[] };
  readonly filter: SnapshotFilter;
  /** No brake: the last good snapshot may go, and with a filter and an empty policy all that it chooses. */
  readonly allowRemoveAll: boolean;
  readonly dryRun: boolean;
}

export interface ForgetSummary {
  readonly location: string;
  readonly dryRun: boolean;
  /** What was decided, and why; empty where snapshots were named. */
  readonly groups: readonly PlannedGroup[];
  /** Removed, or in a dry run: would be. */
  readonly removed: readonly SnapshotId[];
  readonly failed: readonly SnapshotId[];
  /** A snapshot could not be read or not be removed. */
  readonly incomplete: boolean;
}

interface Decided {
  readonly groups: readonly PlannedGroup[];
  readonly remove: readonly SnapshotId[];
}

/**
 * Errors, before anything is removed: FORGET_NO_POLICY, FORGET_EMPTIES_GROUP, FORGET_LAST_GOOD, those of finding snapshots and of the
 * lock. SNAPSHOTS_NOT_REMOVED where the storage removed none; where it removed some, the others are errors told meanwhile.
 */
export async function runForget(options: RunForgetOptions, parts: Parts, watch: JobWatch): Promise<ForgetSummary> {
  refuseEmptyPolicy(options);
  const { dryRun } = options;
  await using opened = await openDestination(options.repository, parts);
  const { repository } = opened;
  const findings: Finding[] = [];
  const noted: JobWatch = { ...watch, emit: noting(findings, watch.emit) };
  await using lock = dryRun ? await lockForReading(repository, noted) : await holdLock(repository, "exclusive", noted);
  const { signal } = lock;
  const { groups, remove } = await decide(repository, options, { ...noted, signal });
  const { removed, failed } = dryRun
    ? { removed: remove, failed: [] }
    : await removeSnapshots(repository, remove, signal);
  tellFailures(repository, { removed, failed }, watch);
  return {
    location: repository.storage.location,
    dryRun,
    groups,
    removed,
    failed: failed.map(({ id }) => id),
    incomplete: failed.length > 0 || findings.some(isIncomplete),
  };
}

/** As restic: a policy that keeps nothing is a mistake, unless it is said that it is none, and which snapshots are meant. */
function refuseEmptyPolicy({ choice, filter, allowRemoveAll }: RunForgetOptions): void {
  if ("queries" in choice || !isEmptyPolicy(choice.policy)) return;
  const { instances = [], tags = [], paths = [] } = filter;
  const filtered = instances.length + tags.length + paths.length > 0;
  if (!allowRemoveAll || !filtered) throw new ObhutError("FORGET_NO_POLICY", {});
}

async function decide(repository: Repository, options: RunForgetOptions, watch: JobWatch): Promise<Decided> {
  const loaded = await loadSnapshots(repository, watch.signal);
  const { choice } = options;
  const nowMs = repository.actor.clock.nowMs();
  const good = new GoodSnapshots(repository, { snapshots: loaded.snapshots, nowMs, signal: watch.signal });
  return "queries" in choice
    ? await decideNamed(loaded, { ...options, queries: choice.queries }, good)
    : await decideByPolicy(loaded, { ...options, ...choice, nowMs }, { good, watch });
}

async function decideNamed(
  loaded: LoadedSnapshots,
  { queries, filter, allowRemoveAll }: RunForgetOptions & { readonly queries: readonly string[] },
  good: GoodSnapshots,
): Promise<Decided> {
  const { snapshots, damaged } = namedSnapshots(loaded, queries, filter);
  const last = allowRemoveAll ? undefined : await good.lastAmong(snapshots);
  if (last !== undefined) {
    throw new ObhutError("FORGET_LAST_GOOD", { snapshot: shortId(last.id), instance: last.hostname });
  }
  return { groups: [], remove: [...damaged, ...snapshots].map(({ id }) => id) };
}

async function decideByPolicy(
  { snapshots, findings }: LoadedSnapshots,
  options: RunForgetOptions & ForgetByPolicy & { readonly nowMs: number },
  { good, watch: { emit } }: { readonly good: GoodSnapshots; readonly watch: JobWatch },
): Promise<Decided> {
  for (const found of findings) emit({ type: "finding", finding: found });
  const { policy, groupBy, nowMs } = options;
  const chosen = filterSnapshots(snapshots, options.filter);
  for (const { id, time } of chosen.filter((one) => isFuture(one, nowMs))) {
    const params = { snapshot: shortId(id), time: new Date(msOfTimeText(time)).toISOString() };
    emit({ type: "finding", finding: finding("SNAPSHOT_IN_FUTURE", params) });
  }
  const planned = planForget(chosen, { policy, groupBy, nowMs, zone: localZone });
  const kept = options.allowRemoveAll ? new Set<SnapshotId>() : await good.keptFrom(removedBy(planned));
  const groups = keepingGood(planned, kept);
  return { groups, remove: removedBy(groups).map(({ id }) => id) };
}

function tellFailures(
  { storage: { location } }: Repository,
  { removed, failed }: Awaited<ReturnType<typeof removeSnapshots>>,
  { emit }: JobWatch,
): void {
  const [first] = failed;
  if (first !== undefined && removed.length === 0) {
    const params = { location, count: failed.length, reason: first.error.message };
    throw new ObhutError("SNAPSHOTS_NOT_REMOVED", params, { cause: first.error });
  }
  for (const { id, error } of failed) {
    const params = { location, snapshot: shortId(id), reason: error.message };
    emit({ type: "error", error: new ObhutError("SNAPSHOT_NOT_REMOVED", params, { cause: error }), destination: location });
  }
}
