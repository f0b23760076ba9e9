/** The data that every tool backs up: made once for a scale, kept, and copied for each run. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const generator = join(import.meta.dirname, "workload.py");

function run(program: string, ...args: readonly string[]): void {
  const done = spawnSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  if (done.status !== 0) throw new Error(`${program} ${args.join(" ")} failed`);
}

/** The folder with the workload of this scale (1 is 2.0 GB), which nobody may change. About 100 s a scale of 1, once. */
export function madeWorkload(cache: string, scale: number): string {
  const folder = join(cache, `workload-${scale}`);
  if (!existsSync(folder)) {
    console.error(`making the workload of scale ${scale}, once: about ${Math.ceil(100 * scale)} s`);
    mkdirSync(cache, { recursive: true });
    rmSync(`${folder}.part`, { recursive: true, force: true });
    run("python3", generator, "make", `${folder}.part`, "--scale", String(scale));
    renameSync(`${folder}.part`, folder);
  }
  return folder;
}

/** A private copy in `target`, replacing what is there, read once so that it lies in the page cache. */
export async function copiedWorkload(workload: string, target: string): Promise<void> {
  rmSync(target, { recursive: true, force: true });
  run("cp", "-a", "--reflink=auto", workload, target);
  run("chmod", "-R", "u+w", target);
  await settled();
}

/** One day of use, in place. `day` is 1, 2, 3 ...; the same day changes the same data in the same way. */
export async function useForADay(data: string, day: number): Promise<void> {
  run("python3", generator, "day", data, "--seed", String(day));
  await settled();
}

/** A file that changed a moment ago proves nothing to a tool that looks at times, so nobody starts before the times are old. */
async function settled(): Promise<void> {
  run("sync");
  await sleep(16_000);
}
