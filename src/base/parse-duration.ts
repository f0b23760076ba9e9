/** How long something takes, as options name it. */

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `0`, `30s`, `90m`, `23h` or `2d`, ms; undefined where it is none of them. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  const duration = /^(\d{1,6})([smhd])$/.exec(text);
  return duration === null ? undefined : Number(duration[1]) * (unitMs[duration[2] ?? ""] ?? 0);
}
