/** The folders of one tool in one run. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Measurement, measure } from "./measure.ts";
import { difference } from "./same-tree.ts";
import type { Command, Places, Tool } from "./tools/tool.ts";

export interface Run {
  readonly tool: Tool;
  readonly places: Places;
}

/** Empty folders for `tool` below `scratch`, with an empty repository in them. */
export function newRun(tool: Tool, scratch: string, data: string): Run {
  const home = join(scratch, tool.name.toLowerCase());
  rmSync(home, { recursive: true, force: true });
  const places = {
    repository: join(home, "repository"),
    cache: join(home, "cache"),
    data,
    passwordFile: join(home, "password"),
  };
  mkdirSync(places.repository, { recursive: true });
  mkdirSync(places.cache);
  writeFileSync(places.passwordFile, "benchmark\n", { mode: 0o600 });
  for (const command of tool.init(places)) measure(command, home);
  return { tool, places };
}

/**
 * Restores the newest state, from a repository of which nothing lies in memory until all of it is on the disk; compares it with the data
 * directory if asked, and removes it. Throws on any difference.
 */
export function measuredRestore(run: Run, scratch: string, compare: boolean): Measurement {
  return measuredRestoreBy((target) => run.tool.restore(run.places, target), run, { scratch, compare });
}

/** As `measuredRestore`, with what was written read back by the tool itself; undefined where it has no such thing. */
export function measuredProvenRestore(run: Run, scratch: string): Measurement | undefined {
  const { tool, places } = run;
  if (tool.provenRestore === undefined) return undefined;
  const command = (target: string): Command => tool.provenRestore?.(places, target) ?? tool.restore(places, target);
  return measuredRestoreBy(command, run, { scratch, compare: false });
}

function measuredRestoreBy(
  command: (target: string) => Command,
  run: Run,
  { scratch, compare }: { readonly scratch: string; readonly compare: boolean },
): Measurement {
  const target = join(scratch, "restored");
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  // As on the day of a loss: nothing of the repository lies in memory, and what is not on the disk is not restored.
  const took = measure(command(target), scratch, { cold: run.places.repository, untilStored: target });
  const wrong = compare ? difference(run.places.data, run.tool.restoredData(run.places, target)) : undefined;
  if (wrong !== undefined) throw new Error(`${run.tool.name} restored something else: ${wrong}`);
  rmSync(target, { recursive: true, force: true });
  return took;
}
