/** How a person says what to keep: `7`, `unlimited`, `1y6m`, `host,paths`. */
import { type Grouping, groupings } from "../repository/forget/group-snapshots.ts";
import type { KeepDuration } from "../repository/forget/retention-policy.ts";

/** restic's: each instance for itself, and each set of paths. */
export const defaultGrouping: ReadonlySet<Grouping> = new Set(["host", "paths"]);

/** A number, or `unlimited` (also -1) as Infinity; undefined where it is neither. */
export function parseKeepCount(text: string): number | undefined {
  if (text === "unlimited" || text === "-1") return Number.POSITIVE_INFINITY;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

const units = { y: "years", m: "months", d: "days", h: "hours" } as const;

/** `1y5m7d2h`, any of the four, in any order; undefined where it is not that. Source: restic's internal/data/duration.go. */
export function parseKeepDuration(text: string): KeepDuration | undefined {
  if (!/^(\d{1,6}[ymdh])+$/.test(text)) return undefined;
  const duration = { years: 0, months: 0, days: 0, hours: 0 };
  for (const [, count, unit] of text.matchAll(/(\d+)([ymdh])/g)) {
    duration[units[unit as keyof typeof units]] = Number(count);
  }
  return duration;
}

/** Comma-separated; singular as well; empty for one group of all. Undefined where a word is none of them. */
export function parseGrouping(text: string): ReadonlySet<Grouping> | undefined {
  const words = text.split(",").filter((word) => word !== "");
  const found = words.map((word) => groupings.find((one) => word === one || word === `${one}s` || `${word}s` === one));
  return found.includes(undefined) ? undefined : new Set(found.filter((one) => one !== undefined));
}
