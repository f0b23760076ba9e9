/** The medians of all rounds of one tool. */
import { type RoundFigures, type Step, steps, type ToolFigures } from "./figures.ts";
import type { Measurement } from "./measure.ts";
import { median } from "./median.ts";

export interface Summary {
  readonly name: string;
  readonly steps: Readonly<Record<Step, Measurement>>;
  readonly firstBytes: number;
  readonly dayAddsBytes: number;
  /** The highest peak of any step in any round: a limit on memory is no limit if it holds half of the time. */
  readonly peakMiB: number;
  readonly keyDerivationS?: number;
}

export function summaryOf(tool: ToolFigures): Summary {
  const { rounds } = tool;
  const of = (value: (round: RoundFigures) => number): number => median(rounds.map(value));
  const step = (name: Step): Measurement => ({
    wallS: of((round) => round.steps[name].wallS),
    cpuS: of((round) => round.steps[name].cpuS),
    peakMiB: of((round) => round.steps[name].peakMiB),
  });
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
    peakMiB: Math.max(...rounds.flatMap((round) => steps.map((name) => round.steps[name].peakMiB))),
    ...(derivations.length > 0 ? { keyDerivationS: median(derivations) } : {}),
  };
}
