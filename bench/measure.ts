/** Runs one command under bench/measure.py and says what it took. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "./tools/tool.ts";

export interface Measurement {
  readonly wallS: number;
  /** User and system time of the command and all its children. */
  readonly cpuS: number;
  /** The larger of: peak of the largest process (RSS), largest sum over the process tree (PSS). */
  readonly peakMiB: number;
}

interface Raw {
  readonly exit: number;
  readonly wallS: number;
  readonly cpuS: number;
  readonly largestProcessMiB: number;
  readonly treeMiB: number;
}

/**
 * Waits first until what others wrote is on the disk, so that nobody pays for it with their fsync. Throws with the command's
 * last lines when it fails: a figure for work that was not done is no figure.
 */
export function measure(command: Command, scratch: string): Measurement {
  const result = join(scratch, "measured.json");
  const log = join(scratch, "measured.log");
  spawnSync("sync");
  const watcher = join(import.meta.dirname, "measure.py");
  const done = spawnSync("python3", [watcher, result, log, ...command.argv], {
    env: { ...process.env, ...command.env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (done.status !== 0) throw new Error(`measure.py failed for ${command.argv.join(" ")}`);
  const raw = JSON.parse(readFileSync(result, "utf8")) as Raw;
  if (raw.exit !== 0) {
    const said = readFileSync(log, "utf8").split("\n").slice(-30).join("\n");
    throw new Error(`exit ${raw.exit} from: ${command.argv.join(" ")}\n${said}`);
  }
  return { wallS: raw.wallS, cpuS: raw.cpuS, peakMiB: Math.max(raw.largestProcessMiB, raw.treeMiB) };
}
