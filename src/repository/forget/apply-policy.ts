/** Which snapshots of one group a policy keeps, and every reason why. Pure; restic's rules, proven against restic itself. */
import type { ZoneOffset } from "../../base/time-zone.ts";
import type { SnapshotLabel } from "../snapshots.ts";
import { before, type CalendarTime, calendarTime, periodName } from "./calendar.ts";
import { isZero, type KeepDuration, type Period, periods, type RetentionPolicy } from "./retention-policy.ts";

export type KeepReason =
  /** `oldest`: kept because there were too few to use the rule up; the history then reaches as far back as it can. */
  | { readonly rule: "last" | Period; readonly oldest: boolean }
  | { readonly rule: "within"; readonly period?: Period; readonly duration: KeepDuration; readonly oldest: boolean }
  | { readonly rule: "tags"; readonly tags: readonly string[] }
  /** Its time lies in the future: it is neither removed nor counted. */
  | { readonly rule: "future" }
  /** The newest complete one of its instance, which no age removes. */
  | { readonly rule: "good" };

export interface Decision {
  readonly snapshot: SnapshotLabel;
  /** None: it is removed. */
  readonly reasons: readonly KeepReason[];
}

/** A rule that keeps the newest of each period, as long as it has some left. */
interface Bucket {
  readonly nameOf: (time: CalendarTime, at: number) => string;
  readonly reason: (oldest: boolean) => KeepReason;
  /** Only what is later than this; undefined: whatever its age. */
  readonly after: bigint | undefined;
  left: number;
  lastName: string | undefined;
}

/** Newest first. None of `snapshots` may lie in the future: the newest is what durations are counted from. */
export function applyPolicy(
  snapshots: readonly SnapshotLabel[],
  policy: RetentionPolicy,
  zone: ZoneOffset,
): Decision[] {
  const sorted = snapshots.map((snapshot) => ({ snapshot, time: calendarTime(snapshot.time) })).sort(newestFirst);
  const newest = sorted[0];
  if (newest === undefined) return [];
  const start = (duration: KeepDuration): bigint | undefined => before(newest.time, duration, zone);
  const counted = countBuckets(policy);
  const within = withinBuckets(policy, start);
  const all = policy.within.all;
  return sorted.map(({ snapshot, time }, at) => {
    const last = at === sorted.length - 1;
    const take = (bucket: Bucket): KeepReason[] => takeFrom(bucket, time, { at, last });
    const reasons = [
      ...policy.tags.filter((tags) => hasTags(snapshot.tags, tags)).map((tags): KeepReason => ({ rule: "tags", tags })),
      ...(all !== undefined && !isZero(all) && isAfter(time, start(all)) ? [withinReason(all)] : []),
      ...counted.flatMap(take),
      ...within.flatMap(take),
    ];
    return { snapshot, reasons };
  });
}

/** Of two at one moment the greater id, so that no listing's order decides. */
function newestFirst(
  a: { readonly snapshot: SnapshotLabel; readonly time: CalendarTime },
  b: { readonly snapshot: SnapshotLabel; readonly time: CalendarTime },
): number {
  if (a.time.ns !== b.time.ns) return a.time.ns > b.time.ns ? -1 : 1;
  return a.snapshot.id > b.snapshot.id ? -1 : 1;
}

function countBuckets({ counts }: RetentionPolicy): Bucket[] {
  return (["last", ...periods] as const).flatMap((rule) => {
    const left = counts[rule] ?? 0;
    if (left <= 0) return [];
    const nameOf: Bucket["nameOf"] = rule === "last" ? (_, at) => String(at) : (time) => periodName(time, rule);
    return [{ nameOf, reason: (oldest) => ({ rule, oldest }), after: undefined, left, lastName: undefined }];
  });
}

function withinBuckets({ within }: RetentionPolicy, start: (duration: KeepDuration) => bigint | undefined): Bucket[] {
  return periods.flatMap((period) => {
    const duration = within[period];
    if (duration === undefined || isZero(duration)) return [];
    return [
      {
        nameOf: (time) => periodName(time, period),
        reason: (oldest) => ({ rule: "within", period, duration, oldest }),
        after: start(duration),
        left: Number.POSITIVE_INFINITY,
        lastName: undefined,
      },
    ];
  });
}

/** `last`: the oldest of all is kept by every rule that has some left. */
function takeFrom(bucket: Bucket, time: CalendarTime, { at, last }: { at: number; last: boolean }): KeepReason[] {
  if (bucket.left <= 0 || !isAfter(time, bucket.after)) return [];
  const name = bucket.nameOf(time, at);
  const same = name === bucket.lastName;
  if (same && !last) return [];
  bucket.lastName = name;
  bucket.left -= 1;
  return [bucket.reason(same)];
}

function isAfter(time: CalendarTime, start: bigint | undefined): boolean {
  return start === undefined || time.ns > start;
}

function withinReason(duration: KeepDuration): KeepReason {
  return { rule: "within", duration, oldest: false };
}

function hasTags(tags: readonly string[], wanted: readonly string[]): boolean {
  for (const tag of wanted) {
    // restic: an empty tag in a set stands for a snapshot that has none.
    if (tag === "" && tags.length === 0) return true;
    if (!tags.includes(tag)) return false;
  }
  return true;
}
