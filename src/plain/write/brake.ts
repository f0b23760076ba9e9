/** Whether an instance suddenly lost most of what a mirror holds of it. Pure. */
import { limits } from "../../base/limits.ts";

export interface Holdings {
  readonly files: number;
  /** Rows by table, of the app's own. */
  readonly rows: Readonly<Record<string, number>>;
}

export interface Loss {
  /** `files`, or a table's name. */
  readonly what: string;
  readonly before: number;
  readonly now: number;
}

/** The first loss of more than half; undefined where there is none. */
export function lossOf(before: Holdings, now: Holdings): Loss | undefined {
  const rows = Object.entries(before.rows).map(([what, count]) => ({ what, before: count, now: now.rows[what] ?? 0 }));
  const all = [{ what: "files", before: before.files, now: now.files }, ...rows];
  return all.find((one) => one.before >= limits.brakeFrom && one.now * 2 < one.before);
}
