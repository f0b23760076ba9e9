/**
 * Times as restic spells them: RFC 3339 with up to nine digits of a second and an offset, as Go's time.RFC3339Nano. Kept as
 * text, because the offset must survive for a tree to encode to the same bytes again.
 */
import type { ZoneOffset } from "../../base/time-zone.ts";

declare const timeTextBrand: unique symbol;
export type TimeText = string & { readonly [timeTextBrand]: true };

const pattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;
const nsPerSecond = 1_000_000_000n;
/** Years 0 to 9999: what RFC 3339 can say. restic clamps likewise (internal/data/node.go, fixTime). */
const [firstSecond, lastSecond] = [-62_167_219_200n, 253_402_300_799n];

/** `text` as a time, or undefined where it is not spelled as one. */
export function timeText(text: string): TimeText | undefined {
  return pattern.test(text) && !Number.isNaN(Date.parse(text.replace(/\.\d+/, ""))) ? (text as TimeText) : undefined;
}

/** Nanoseconds since 1970-01-01 UTC, spelled in UTC without trailing zeros. */
export function timeTextOfNs(ns: bigint): TimeText {
  let seconds = ns / nsPerSecond;
  let rest = ns % nsPerSecond;
  if (rest < 0n) {
    rest += nsPerSecond;
    seconds -= 1n;
  }
  if (seconds < firstSecond) seconds = firstSecond;
  if (seconds > lastSecond) seconds = lastSecond;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const fraction = rest === 0n ? "" : `.${rest.toString().padStart(9, "0").replace(/0+$/, "")}`;
  return `${whole}${fraction}Z` as TimeText;
}

export function timeTextOfMs(ms: number): TimeText {
  return timeTextOfNs(BigInt(Math.round(ms)) * 1_000_000n);
}

/** As a clock in that zone shows it, with its offset, whole minutes: a day is then a day of whoever made the snapshot, as with restic. */
export function timeTextIn(zone: ZoneOffset, ms: number): TimeText {
  const minutes = Math.round(zone(ms) / 60_000);
  if (minutes === 0) return timeTextOfMs(ms);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const offset = `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
  return timeTextOfMs(ms + minutes * 60_000).replace("Z", offset) as TimeText;
}

/** Nanoseconds since 1970-01-01 UTC. */
export function nsOfTimeText(text: TimeText): bigint {
  const [, whole = "", fraction = "", offset = "Z"] = pattern.exec(text) ?? [];
  return BigInt(Date.parse(`${whole}${offset}`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

/** Milliseconds since 1970-01-01 UTC, whole. */
export function msOfTimeText(text: TimeText): number {
  return Number(nsOfTimeText(text) / 1_000_000n);
}
