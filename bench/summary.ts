/** The medians of all rounds of one tool. */
import { type RoundFigures, type Step, steps, type ToolFigures } from "./figures.ts";
import type { Measurement } from "./measure.ts";
import { median } from "./median.ts";

export interface Summary {
  readonly name: string;
  readonly steps: Readonly<Record<Step, Measurement>>;
  readonly provenRestore?: Measurement;
  readonly firstBytes: number;
  readonly dayAddsBytes: number;
  /** The highest peak of any step in any round: a limit on memory is no limit if it holds half of the time. */
  readonly peakMiB: number;
  readonly keyDerivationS?: number;
}

export function summaryOf(tool: ToolFigures): Summary {
  const { rounds } = tool;
  const of = (value: (round: RoundFigures) => number): number => median(rounds.map(value));
  const step = (name: Step): Measurement => middle(rounds.map((round) => round.steps[name]));
  const proven = rounds.flatMap((round) => round.provenRestore ?? []);
  const derivations = rounds.flatMap((round) => round.keyDerivationS ?? []);
  return {
    name: tool.name,
    steps: {
      first: step("first"),
      unchanged: step("unchanged"),
      day: step("day"),
      restore: step("restore"),
      check: step("check"),
    },
    firstBytes: of((round) => round.firstBytes),
    dayAddsBytes: of((round) => round.dayAddsBytes),
    peakMiB: Math.max(
      ...rounds.flatMap((round) => steps.map((name) => round.steps[name].peakMiB)),
      ...proven.map(({ peakMiB }) => peakMiB),
    ),
    ...(proven.length > 0 ? { provenRestore: middle(proven) } : {}),
    ...(derivations.length > 0 ? { keyDerivationS: median(derivations) } : {}),
  };
}

function middle(all: readonly Measurement[]): Measurement {
  const of = (value: (one: Measurement) => number): number => median(all.map(value));
  const ended = all.flatMap(({ endedS }) => endedS ?? []);
  return {
    wallS: of((one) => one.wallS),
    ...(ended.length > 0 ? { endedS: median(ended) } : {}),
    cpuS: of((one) => one.cpuS),
    peakMiB: of((one) => one.peakMiB),
  };
}
