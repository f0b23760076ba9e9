/** What a killed run may leave nowhere. */
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Workplace } from "./program.ts";

/** Processes that still carry the workplace's mark in their environment, with their command lines. */
async function survivors(place: Workplace): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc")) {
    if (!/^[0-9]+$/.test(pid)) continue;
    // A process that ended meanwhile, or is a zombie, has nothing to read.
    const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
    if (!environment.split("\0").includes(`OBHUT_CRASH_TEST=${place.mark}`)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "");
    found.push(`${pid}: ${command.replaceAll("\0", " ")}`);
  }
  return found;
}

/** Resolves once nobody is left; throws with the names of those who are still there after `withinMs`. */
export async function nobodyLeft(place: Workplace, withinMs: number): Promise<void> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const left = await survivors(place);
    if (left.length === 0) return;
    if (performance.now() > untilMs)
      throw new Error(`still running ${withinMs} ms after the kill:\n${left.join("\n")}`);
    await sleep(20);
  }
}

/** Everything below a folder, for a message that names it. */
export async function everythingIn(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}
