/**
 * Calendar dates of snapshots, as restic has them: a time is read in the offset it was written with, and where that is the offset this
 * machine has at that moment, its daylight saving counts when days are taken off. Source: Go's time.Time.UnmarshalJSON and
 * time.Time.AddDate, which restic's policy is made of.
 */
import type { ZoneOffset } from "../../base/time-zone.ts";
import { nsOfTimeText, type TimeText } from "../format/time-text.ts";
import type { KeepDuration, Period } from "./retention-policy.ts";

export interface CalendarTime {
  readonly ns: bigint;
  /** As the time is spelled. */
  readonly offsetMs: number;
  /** Spelled in UTC (`Z`), which has no daylight saving wherever one is. */
  readonly utc: boolean;
}

const nsPerMs = 1_000_000n;

export function calendarTime(text: TimeText): CalendarTime {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(text) ?? [];
  const offsetMs = (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return { ns: nsOfTimeText(text), offsetMs, utc: sign === undefined };
}

/** Names the hour, day, ISO week, month or year: the same text for all times in one. */
export function periodName({ ns, offsetMs }: CalendarTime, period: Period): string {
  const date = new Date(msOf(ns) + offsetMs);
  const iso = date.toISOString();
  const tail = iso.lastIndexOf("T");
  switch (period) {
    case "hourly":
      return iso.slice(0, tail + 3);
    case "daily":
      return iso.slice(0, tail);
    case "weekly":
      return isoWeek(date);
    case "monthly":
      return iso.slice(0, tail - 3);
    case "yearly":
      return iso.slice(0, tail - 6);
  }
}

/** Year and number of the ISO week: that of its Thursday. */
function isoWeek(date: Date): string {
  const thursday = new Date(date);
  thursday.setUTCDate(date.getUTCDate() + 3 - ((date.getUTCDay() + 6) % 7));
  const start = new Date(0);
  start.setUTCFullYear(thursday.getUTCFullYear(), 0, 1);
  const days = Math.floor((thursday.getTime() - start.getTime()) / 86_400_000);
  return `${thursday.getUTCFullYear()}-W${Math.floor(days / 7) + 1}`;
}

/** Nanoseconds since 1970 of the moment so much before; undefined where it lies before all time that can be told. */
export function before(time: CalendarTime, duration: KeepDuration, zone: ZoneOffset): bigint | undefined {
  const ms = msOf(time.ns);
  const local = !time.utc && zone(ms) === time.offsetMs;
  const date = new Date(ms + time.offsetMs);
  const { years, months, days, hours } = duration;
  date.setUTCFullYear(date.getUTCFullYear() - years, date.getUTCMonth() - months, date.getUTCDate() - days);
  const wallMs = date.getTime();
  if (Number.isNaN(wallMs)) return undefined;
  const offsetMs = local ? offsetAtWall(wallMs, zone) : time.offsetMs;
  const utcMs = wallMs - offsetMs - hours * 3_600_000;
  if (!Number.isSafeInteger(utcMs)) return undefined;
  return BigInt(utcMs) * nsPerMs + (time.ns - BigInt(ms) * nsPerMs);
}

/** The offset for what a clock on the wall shows; where that time comes twice or never, the one Go takes. */
function offsetAtWall(wallMs: number, zone: ZoneOffset): number {
  return zone(wallMs - zone(wallMs));
}

function msOf(ns: bigint): number {
  const ms = ns / nsPerMs;
  return Number(ns % nsPerMs < 0n ? ms - 1n : ms);
}
