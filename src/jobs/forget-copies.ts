/** Removes plain copies: by the rules for snapshots, or those that are named. Nothing is shared in a way that another copy would miss. */
import { ObhutError } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import { type SnapshotId, shortId } from "../base/ids.ts";
import { reason } from "../base/reason-codes.ts";
import { localZone } from "../base/time-zone.ts";
import { holdPlace } from "../plain/copy/run-file.ts";
import type { PlainPlace } from "../plain/place/place.ts";
import { type LabelledCopy, labelledCopies } from "../plain/read/open-copies.ts";
import { removeCopy } from "../plain/write/copy-folder.ts";
import type { PlainDestination } from "../plans/destination.ts";
import { filterSnapshots, findSnapshot, type SnapshotFilter } from "../repository/find-snapshot.ts";
import { isFuture, keepingGood, type PlannedGroup, planForget, removedBy } from "../repository/forget/plan-forget.ts";
import { isEmptyPolicy } from "../repository/forget/retention-policy.ts";
import type { ForgetChoice } from "./decide-forget.ts";
import type { JobWatch } from "./job-event.ts";
import { openPlace } from "./open-copies.ts";
import type { Parts } from "./parts.ts";
import type { ForgetSummary } from "./run-forget.ts";

export interface ForgetCopiesOptions {
  readonly place: PlainDestination;
  readonly choice: ForgetChoice;
  readonly filter: SnapshotFilter;
  /** No brake: the last complete copy may go. */
  readonly allowRemoveAll: boolean;
  readonly dryRun: boolean;
  /** Told what is going to be done, before it is. */
  readonly onPlan: (groups: readonly PlannedGroup[]) => void;
}

/**
 * Errors, before anything is removed: FORGET_NO_POLICY, FORGET_EMPTIES_GROUP, FORGET_LAST_GOOD, DESTINATION_INVALID for a mirror, which is one
 * copy, and those of the place.
 */
export async function forgetCopies(
  options: ForgetCopiesOptions,
  parts: Parts,
  watch: JobWatch,
): Promise<ForgetSummary> {
  const startedMs = parts.clock.monotonicMs();
  const { place: destination, dryRun } = options;
  if (destination.kind === "mirror") {
    throw new ObhutError("DESTINATION_INVALID", {
      destination: destination.written,
      reason: reason("mirrorIsOne", {}),
    });
  }
  const place = await openPlace(destination, parts);
  try {
    const done = await decideAndRemove(place, options, parts, watch);
    const tookMs = Math.round(parts.clock.monotonicMs() - startedMs);
    return {
      location: destination.written,
      dryRun,
      ...done,
      failed: [],
      prune: undefined,
      pruneFailed: false,
      tookMs,
      incomplete: false,
    };
  } finally {
    await place.close();
  }
}

async function decideAndRemove(
  place: PlainPlace,
  options: ForgetCopiesOptions,
  { clock, actor }: Parts,
  { emit, signal }: JobWatch,
): Promise<Pick<ForgetSummary, "kept" | "removed">> {
  const nowMs = clock.nowMs();
  const before = await labelledCopies(place, options.place.kind, signal);
  const hold = { hostname: actor.hostname, nowMs, signal };
  await using _held = options.dryRun ? undefined : await holdPlace(place, hold);
  const copies = options.dryRun ? before : await labelledCopies(place, options.place.kind, signal);
  for (const { id, time } of copies.filter((one) => isFuture(one, nowMs))) {
    emit({ type: "finding", finding: finding("SNAPSHOT_IN_FUTURE", { snapshot: shortId(id), time }) });
  }
  const groups = planOf(copies, options, nowMs);
  options.onPlan(groups);
  const doomed = new Set<SnapshotId>(removedBy(groups).map(({ id }) => id));
  const removed: SnapshotId[] = [];
  for (const { id, copy } of copies) {
    if (!doomed.has(id)) continue;
    signal.throwIfAborted();
    if (!options.dryRun) await removeCopy(place, copy, actor.random);
    removed.push(id);
  }
  const kept = groups.flatMap(({ decisions }) => decisions).filter(({ reasons }) => reasons.length > 0).length;
  return { kept, removed };
}

function planOf(
  copies: readonly LabelledCopy[],
  { choice, filter, allowRemoveAll }: ForgetCopiesOptions,
  nowMs: number,
): readonly PlannedGroup[] {
  const good = new Set(newestComplete(copies).map(({ id }) => id));
  if (choice.kind === "policy") {
    if (isEmptyPolicy(choice.policy)) throw new ObhutError("FORGET_NO_POLICY", {});
    const planned = planForget(filterSnapshots(copies, filter), { ...choice, nowMs, zone: localZone });
    return allowRemoveAll ? planned : keepingGood(planned, good);
  }
  const named = [...new Set(choice.queries.map((query) => findNamed(copies, query, filter)))];
  const last = named.find(({ id }) => good.has(id));
  if (last !== undefined && !allowRemoveAll) {
    throw new ObhutError("FORGET_LAST_GOOD", { snapshot: shortId(last.id), instance: last.hostname });
  }
  return [{ key: {}, decisions: named.map((snapshot) => ({ snapshot, reasons: [] })) }];
}

/** By its folder's name too. */
function findNamed(copies: readonly LabelledCopy[], query: string, filter: SnapshotFilter): LabelledCopy {
  return copies.find(({ copy }) => copy.folder === query) ?? findSnapshot(copies, query, filter);
}

/** Of each instance; where none is complete the newest stands in for it. */
function newestComplete(copies: readonly LabelledCopy[]): LabelledCopy[] {
  return [...new Set(copies.map(({ hostname }) => hostname))].flatMap((instance) => {
    const own = copies.filter(({ hostname }) => hostname === instance);
    return own.findLast(({ copy }) => copy.record.complete) ?? own.at(-1) ?? [];
  });
}
