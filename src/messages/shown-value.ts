/** A value of an error or a finding, kept as programs want it, as a person reads it. */
import { formatSize, formatTime } from "./format-values.ts";
import type { Language } from "./language.ts";

/** Names of values that are RFC 3339 times, and of those that are bytes. */
const times: readonly string[] = ["since", "time"];
const sizes: readonly string[] = ["needed", "free", "sizeBytes"];

export function shownValue(name: string, value: string | number, language: Language): string | number {
  if (times.includes(name) && typeof value === "string") {
    const timeMs = Date.parse(value);
    return Number.isNaN(timeMs) ? value : formatTime(timeMs);
  }
  return sizes.includes(name) && typeof value === "number" ? formatSize(value, language) : value;
}
