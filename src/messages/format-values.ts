/** Numbers as people read them: sizes in binary units, durations, local times. */
import type { Language } from "./language.ts";

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `1536` -> `1.5 KiB`, German `1,5 KiB`; three digits that count, whole bytes as they are. */
export function formatSize(bytes: number, language: Language): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${decimal(value.toFixed(digits), language)} ${units[unit]}`;
}

/** `12` -> `12`; `12345` -> `12,345`, German `12.345`. */
export function formatCount(count: number, language: Language): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, language === "de" ? "." : ",");
}

/** `1.5`, German `1,5`. */
export function formatNumber(value: number, digits: number, language: Language): string {
  return decimal(value.toFixed(digits), language);
}

/** `0.42 s`, `12.3 s`, `2:05 min`, `1:02:05 h`. */
export function formatDuration(ms: number, language: Language): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.995) return `${decimal(seconds.toFixed(2), language)} s`;
  if (seconds < 59.95) return `${decimal(seconds.toFixed(1), language)} s`;
  const whole = Math.round(seconds);
  const clock = formatClock(whole);
  return whole < 3600 ? `${clock} min` : `${clock} h`;
}

/** `0:05`, `2:05`, `1:02:05`: for what counts down. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Local time as `2026-11-23 18:40:12`: sorts as text, and no language reads it another way. */
export function formatTime(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

function decimal(text: string, language: Language): string {
  return language === "de" ? text.replace(".", ",") : text;
}
