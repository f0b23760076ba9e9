/** Snapshots and policies as chance has them, and around the hours at which clocks are set. */
import type { ForgetByPolicy } from "../../src/jobs/decide-forget.ts";
import type { Grouping } from "../../src/repository/forget/group-snapshots.ts";
import {
  isEmptyPolicy,
  type KeepDuration,
  periods,
  type RetentionPolicy,
} from "../../src/repository/forget/retention-policy.ts";
import { type Seeded, seeded } from "../crash/seeded.ts";
import type { SnapshotFacts } from "../support/snapshot-files.ts";

export class Choice {
  readonly #seeded: Seeded;

  constructor(from: number) {
    this.#seeded = seeded(from);
  }

  next(): number {
    return this.#seeded.fraction();
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  some<T>(values: readonly T[], share: number): T[] {
    return values.filter(() => this.next() < share);
  }
}

/** The newest of a group each: just after clocks were set, and where a day before is a time that never was, or was twice. */
export const afterChange: Readonly<Record<string, readonly string[]>> = {
  "Europe/Berlin": ["2024-03-31T12:00:00+02:00", "2024-04-01T02:30:00+02:00", "2024-10-28T02:30:00+01:00"],
  "America/New_York": ["2024-11-03T12:00:00-05:00", "2024-11-04T01:30:00-05:00", "2024-03-11T02:30:00-04:00"],
  "Australia/Lord_Howe": ["2024-10-06T12:00:00+11:00", "2024-10-07T02:15:00+11:00", "2024-04-08T01:45:00+10:30"],
};

/** One every ten minutes, around a day, a week and a month before each of those. */
export function* aroundChanges(): Generator<SnapshotFacts> {
  for (const newest of Object.values(afterChange).flat()) {
    yield { time: newest, hostname: newest };
    for (const days of [1, 7, 31]) {
      for (let minutes = -90; minutes <= 90; minutes += 10) {
        const utcMs = Date.parse(newest) - days * 86_400_000 + minutes * 60_000;
        yield { time: new Date(utcMs + 1).toISOString(), hostname: newest };
      }
    }
  }
}

const offsets = ["Z", "+01:00", "+02:00", "-04:00", "-05:00", "+05:30", "+10:30", "+11:00"];
/** Hours around which clocks are set, and years, months and weeks begin. */
const edges = ["2024-03-31T01", "2024-10-27T00", "2024-11-03T05", "2024-12-31T22", "2025-03-30T00", "2021-01-01T00"];

export function someSnapshot(random: Choice): SnapshotFacts {
  const start = random.next() < 0.4 ? `${random.of(edges)}:00:00Z` : "2021-01-01T00:00:00Z";
  const spanHours = start.startsWith("2021-01-01T00:00:00Z") && random.next() < 0.9 ? 3.8 * 365 * 24 : 12;
  const wall = new Date(Date.parse(start) + random.next() * spanHours * 3_600_000).toISOString().slice(0, 19);
  const fraction =
    random.next() < 0.5
      ? `.${String(1 + random.below(999_999_999))
          .padStart(9, "0")
          .replace(/0+$/, "")}`
      : "";
  return {
    time: `${wall}${fraction}${random.of(offsets)}`,
    hostname: random.of(["chat", "chat", "chat", "other"]),
    paths: random.of([["/data"], ["/data"], ["/b", "/a"], ["/a", "/b"]]),
    tags: random.some(["daily", "keep", "ü"], 0.2),
  };
}

export function someChoice(random: Choice): ForgetByPolicy {
  const count = (): number => random.of([0, 1, 2, 3, 5, 8, 30, Infinity]);
  const duration = (): KeepDuration => ({
    years: random.of([0, 0, 0, 1, 2]),
    months: random.of([0, 0, 1, 5, 14]),
    days: random.of([0, 1, 7, 31, 400]),
    hours: random.of([0, 0, 1, 23, 1000]),
  });
  const policy: RetentionPolicy = {
    counts: Object.fromEntries(random.some(["last", ...periods], 0.3).map((rule) => [rule, count()])),
    within: Object.fromEntries(random.some(["all", ...periods], 0.15).map((rule) => [rule, duration()])),
    tags: random.some([["keep"], ["daily", "ü"], [""]], 0.1),
  };
  const groupBy = new Set<Grouping>(
    random.of<Grouping[]>([["host", "paths"], ["host"], ["tags"], ["host", "paths", "tags"], []]),
  );
  return { kind: "policy", groupBy, policy: isEmptyPolicy(policy) ? { ...policy, counts: { daily: 7 } } : policy };
}
