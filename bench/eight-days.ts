/** Eight days of use, each backed up by every tool: what a repository grows to, and what the days take together. */
import { join } from "node:path";
import type { EightDays } from "./figures.ts";
import { type Measurement, measure } from "./measure.ts";
import { measuredRestore, newRun } from "./places.ts";
import { storedBytes } from "./stored-bytes.ts";
import type { Tool } from "./tools/tool.ts";
import { copiedWorkload, useForADay } from "./workload.ts";

const days = 8;

export interface EightDaysOptions {
  readonly tools: readonly Tool[];
  readonly workload: string;
  readonly scratch: string;
}

export async function runEightDays(options: EightDaysOptions): Promise<ReadonlyMap<string, EightDays>> {
  const { scratch, tools } = options;
  const data = join(scratch, "data");
  await copiedWorkload(options.workload, data);
  const runs = tools.map((tool) => {
    const run = newRun(tool, scratch, data);
    measure(tool.backup(run.places), scratch);
    return { ...run, firstBytes: storedBytes(run.places.repository), took: [] as Measurement[] };
  });
  for (let day = 1; day <= days; day++) {
    console.error(`  day ${day}`);
    await useForADay(data, day);
    for (const run of runs) run.took.push(measure(run.tool.backup(run.places), scratch));
  }
  return new Map(
    runs.map((run) => [
      run.tool.name,
      {
        firstBytes: run.firstBytes,
        addsBytes: storedBytes(run.places.repository) - run.firstBytes,
        total: together(run.took),
        restore: measuredRestore(run, scratch, true),
      },
    ]),
  );
}

function together(parts: readonly Measurement[]): Measurement {
  return {
    wallS: parts.reduce((sum, part) => sum + part.wallS, 0),
    cpuS: parts.reduce((sum, part) => sum + part.cpuS, 0),
    peakMiB: Math.max(...parts.map((part) => part.peakMiB)),
  };
}
