/** What a policy makes of the snapshots of a repository. Pure: the same in every order, and shown before anything is removed. */
import { ObhutError } from "../../base/errors.ts";
import type { SnapshotId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import type { ZoneOffset } from "../../base/time-zone.ts";
import { msOfTimeText } from "../format/time-text.ts";
import type { SnapshotLabel } from "../snapshots.ts";
import { applyPolicy, type Decision } from "./apply-policy.ts";
import { type Grouping, type GroupKey, groupSnapshots, groupText } from "./group-snapshots.ts";
import { isEmptyPolicy, type RetentionPolicy } from "./retention-policy.ts";

export interface ForgetRequest {
  readonly policy: RetentionPolicy;
  readonly groupBy: ReadonlySet<Grouping>;
  readonly nowMs: number;
  readonly zone: ZoneOffset;
}

export interface PlannedGroup {
  readonly key: GroupKey;
  /** Oldest first. */
  readonly decisions: readonly Decision[];
}

/** A snapshot of the future is neither removed nor counted: a clock that was wrong once must not push good ones out. */
export function isFuture({ time }: SnapshotLabel, nowMs: number): boolean {
  return msOfTimeText(time) > nowMs + limits.futureSnapshotMs;
}

/**
 * FORGET_EMPTIES_GROUP where a policy that keeps anything at all would keep nothing of a group: then it is not what somebody meant.
 * An empty policy removes all; whether that may be asked for is the caller's business.
 */
export function planForget(snapshots: readonly SnapshotLabel[], request: ForgetRequest): PlannedGroup[] {
  return groupSnapshots(snapshots, request.groupBy).map(({ key, snapshots: members }) => {
    const decisions = decide(members, request);
    const removesAll = decisions.length > 0 && decisions.every(({ reasons }) => reasons.length === 0);
    if (removesAll && !isEmptyPolicy(request.policy)) {
      throw new ObhutError("FORGET_EMPTIES_GROUP", { group: groupText(key), count: decisions.length });
    }
    const future = members.filter((snapshot) => isFuture(snapshot, request.nowMs)).sort(byTime);
    const waiting = future.map((snapshot): Decision => ({ snapshot, reasons: [{ rule: "future" }] }));
    return { key, decisions: [...decisions, ...waiting] };
  });
}

/** The same plan with these kept, whatever the policy says of them. */
export function keepingGood(groups: readonly PlannedGroup[], good: ReadonlySet<SnapshotId>): PlannedGroup[] {
  const kept = ({ snapshot, reasons }: Decision): Decision =>
    good.has(snapshot.id) ? { snapshot, reasons: [...reasons, { rule: "good" }] } : { snapshot, reasons };
  return groups.map(({ key, decisions }) => ({ key, decisions: decisions.map(kept) }));
}

/** Oldest first. */
export function removedBy(groups: readonly PlannedGroup[]): SnapshotLabel[] {
  return groups
    .flatMap(({ decisions }) => decisions)
    .filter(({ reasons }) => reasons.length === 0)
    .map(({ snapshot }) => snapshot)
    .sort(byTime);
}

function decide(members: readonly SnapshotLabel[], { policy, nowMs, zone }: ForgetRequest): readonly Decision[] {
  const past = members.filter((snapshot) => !isFuture(snapshot, nowMs));
  return applyPolicy(past, policy, zone).reverse();
}

function byTime(a: SnapshotLabel, b: SnapshotLabel): number {
  const difference = msOfTimeText(a.time) - msOfTimeText(b.time);
  return difference === 0 ? (a.id < b.id ? -1 : 1) : difference;
}
