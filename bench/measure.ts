/** Runs one command under bench/measure.py and says what it took. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "./tools/tool.ts";

export interface Measurement {
  /** With `untilStored`: until the disk had all of it. */
  readonly wallS: number;
  /** When the command ended; only with `untilStored`. */
  readonly endedS?: number;
  /** User and system time of the command and all its children. */
  readonly cpuS: number;
  /** The larger of: peak of the largest process (RSS), largest sum over the process tree (PSS). */
  readonly peakMiB: number;
}

export interface MeasureOptions {
  /** A folder of which nothing may lie in the page cache when the command starts. */
  readonly cold?: string;
  /** A folder whose file system is synced when the command has ended; the time that takes counts. */
  readonly untilStored?: string;
}

interface Raw {
  readonly exit: number;
  readonly wallS: number;
  readonly endedS: number;
  readonly cpuS: number;
  readonly largestProcessMiB: number;
  readonly treeMiB: number;
}

/**
 * Waits first until what others wrote is on the disk, so that nobody pays for it with their fsync. Throws with the command's
 * last lines when it fails: a figure for work that was not done is no figure.
 */
export function measure(command: Command, scratch: string, { cold, untilStored }: MeasureOptions = {}): Measurement {
  const result = join(scratch, "measured.json");
  const log = join(scratch, "measured.log");
  spawnSync("sync");
  const watcher = join(import.meta.dirname, "measure.py");
  const options = [...(cold ? ["--cold", cold] : []), ...(untilStored ? ["--until-stored", untilStored] : [])];
  const done = spawnSync("python3", [watcher, ...options, result, log, ...command.argv], {
    env: { ...process.env, ...command.env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (done.status !== 0) throw new Error(`measure.py failed for ${command.argv.join(" ")}`);
  const raw = JSON.parse(readFileSync(result, "utf8")) as Raw;
  if (raw.exit !== 0) {
    const said = readFileSync(log, "utf8").split("\n").slice(-30).join("\n");
    throw new Error(`exit ${raw.exit} from: ${command.argv.join(" ")}\n${said}`);
  }
  return {
    wallS: raw.wallS,
    ...(untilStored ? { endedS: raw.endedS } : {}),
    cpuS: raw.cpuS,
    peakMiB: Math.max(raw.largestProcessMiB, raw.treeMiB),
  };
}
