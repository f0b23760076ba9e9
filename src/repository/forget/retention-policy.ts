/**
 * How long snapshots are kept. Source: restic's internal/data/snapshot_policy.go, whose rules these are, and doc/060_forget.rst.
 */

export const periods = ["hourly", "daily", "weekly", "monthly", "yearly"] as const;
export type Period = (typeof periods)[number];

/** As a calendar counts: a month is a month, however many days it has. */
export interface KeepDuration {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

export interface RetentionPolicy {
  /** The newest so many: of all (`last`), or the newest of each hour, day ... Infinity keeps every one. Absent: none. */
  readonly counts: Readonly<Partial<Record<"last" | Period, number>>>;
  /** Those that are so much older than the newest at most: every one (`all`), or the newest of each hour, day ... */
  readonly within: Readonly<Partial<Record<"all" | Period, KeepDuration>>>;
  /** Those that bear all tags of one of these sets. The empty tag stands for a snapshot without any. */
  readonly tags: readonly (readonly string[])[];
}

/** Nothing is kept by it. */
export function isEmptyPolicy({ counts, within, tags }: RetentionPolicy): boolean {
  const anyCount = Object.values(counts).some((count) => count > 0);
  const anyWithin = Object.values(within).some((duration) => !isZero(duration));
  return !anyCount && !anyWithin && tags.length === 0;
}

export function isZero({ years, months, days, hours }: KeepDuration): boolean {
  return years === 0 && months === 0 && days === 0 && hours === 0;
}

/** `1y5m7d2h`, without the parts that are zero. */
export function durationText({ years, months, days, hours }: KeepDuration): string {
  const parts = [
    [years, "y"],
    [months, "m"],
    [days, "d"],
    [hours, "h"],
  ] as const;
  return parts.map(([count, unit]) => (count === 0 ? "" : `${count}${unit}`)).join("");
}
