/**
 * One round: all tools back up the same data directory in turns, step by step, so that a slow moment of the machine hits one
 * step of one tool and not one tool as a whole. Who goes first changes from round to round.
 */
import { join } from "node:path";
import type { RoundFigures, Step } from "./figures.ts";
import { keyDerivationS } from "./key-derivation.ts";
import { type Measurement, measure } from "./measure.ts";
import { measuredProvenRestore, measuredRestore, newRun, type Run } from "./places.ts";
import { storedBytes } from "./stored-bytes.ts";
import type { Tool } from "./tools/tool.ts";
import { copiedWorkload, useForADay } from "./workload.ts";

export interface RoundOptions {
  readonly tools: readonly Tool[];
  readonly workload: string;
  readonly scratch: string;
  /** 0, 1, 2 ...: the first round compares what was restored with the source. */
  readonly round: number;
}

export async function runRound(options: RoundOptions): Promise<ReadonlyMap<string, RoundFigures>> {
  const { scratch, round } = options;
  const data = join(scratch, "data");
  await copiedWorkload(options.workload, data);
  const runs = rotated(options.tools, round).map((tool) => newRun(tool, scratch, data));
  const backup = (step: string) => each(runs, step, (run) => measured(run, scratch));

  const first = backup("first");
  const unchanged = backup("unchanged");
  await useForADay(data, 1);
  const day = backup("day");
  const restore = each(runs, "restore", (run) => measuredRestore(run, scratch, round === 0));
  const proven = each(runs, "restore, proven", (run) => measuredProvenRestore(run, scratch));
  const check = each(runs, "check", (run) =>
    measure(run.tool.check(run.places), scratch, { cold: run.places.repository }),
  );

  return new Map(
    runs.map((run, i) => {
      const steps: Record<Step, Measurement> = {
        first: at(first, i).took,
        unchanged: at(unchanged, i).took,
        day: at(day, i).took,
        restore: at(restore, i),
        check: at(check, i),
      };
      return [
        run.tool.name,
        {
          steps,
          ...(proven[i] === undefined ? {} : { provenRestore: proven[i] }),
          firstBytes: at(first, i).storedBytes,
          unchangedAddsBytes: at(unchanged, i).storedBytes - at(first, i).storedBytes,
          dayAddsBytes: at(day, i).storedBytes - at(unchanged, i).storedBytes,
          ...(run.tool.name === "Obhut" ? { keyDerivationS: keyDerivationS(run.places.repository) } : {}),
        },
      ];
    }),
  );
}

function measured(run: Run, scratch: string): { took: Measurement; storedBytes: number } {
  const took = measure(run.tool.backup(run.places), scratch);
  return { took, storedBytes: storedBytes(run.places.repository) };
}

function each<Result>(runs: readonly Run[], step: string, act: (run: Run) => Result): readonly Result[] {
  return runs.map((run) => {
    console.error(`  ${step}: ${run.tool.name}`);
    return act(run);
  });
}

function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new Error(`nothing was measured for tool ${index}`);
  return value;
}

function rotated<Value>(values: readonly Value[], by: number): readonly Value[] {
  const start = by % values.length;
  return [...values.slice(start), ...values.slice(0, start)];
}
