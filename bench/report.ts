/** RESULTS.md: the figures of one run as tables, and the floors with what was reached. */
import type { ToolFigures } from "./figures.ts";
import { verdicts } from "./floors.ts";
import type { Measurement } from "./measure.ts";
import { type Summary, summaryOf } from "./summary.ts";

export interface RunFacts {
  readonly date: string;
  readonly machine: string;
  readonly workload: string;
  readonly scale: number;
  readonly eightDaysScale?: number;
  readonly rounds: number;
  /** Load of the machine before the first round, one minute's mean: above 0.5 the figures are of a busy machine. */
  readonly loadBefore: number;
}

const MB = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0);

export function report(facts: RunFacts, tools: readonly ToolFigures[]): string {
  const summaries = tools.map(summaryOf);
  return [
    "# Results of the last run",
    "",
    "Written by `npm run bench`; README.md beside it says how it is measured. Not edited by hand.",
    "",
    ...header(facts, tools),
    "",
    "## One day",
    "",
    `Wall seconds (CPU seconds), medians of ${facts.rounds} ${facts.rounds === 1 ? "round" : "rounds"}.`,
    "",
    ...roundTable(summaries),
    "",
    ...eightDaysPart(facts, tools),
    "## Floors",
    "",
    "| floor | measured | |",
    "|---|---|---|",
    ...verdicts(summaries, facts.scale).map(
      (one) => `| ${one.floor} | ${one.measured} | ${one.reached ? "reached" : "**missed**"} |`,
    ),
    "",
  ].join("\n");
}

function header(facts: RunFacts, tools: readonly ToolFigures[]): readonly string[] {
  return [
    `- ${facts.date}, ${facts.machine}, load before the first round ${facts.loadBefore.toFixed(2)}`,
    `- workload: ${facts.workload}`,
    ...(facts.loadBefore > 0.5
      ? [
          "- **the machine was busy with other work**: wall times are noise, only CPU seconds, sizes and memory can be compared",
        ]
      : []),
    "- local repository on the same disk, encryption on; the source lies in the page cache, restores and checks begin with nothing of the repository there",
    ...tools.map((tool) => `- ${tool.version}: ${tool.settings}`),
  ];
}

function roundTable(summaries: readonly Summary[]): readonly string[] {
  return [
    "| tool | first | no change | day 1 | restore | restore, proven | check all data | repository MB | day adds MB | peak MiB |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ...summaries.map((one) => {
      const { check, ...before } = one.steps;
      const times = [...Object.values(before), one.provenRestore, check].map(timesOf);
      const sizes = [MB(one.firstBytes), MB(one.dayAddsBytes), one.peakMiB.toFixed(0)];
      return `| ${[one.name, ...times, ...sizes].join(" | ")} |`;
    }),
    "",
    "A restore counts until all of it is on the disk. When the programs themselves ended:",
    "",
    "| tool | restore | restore, proven |",
    "|---|---|---|",
    ...summaries.map(({ name, steps, provenRestore }) => {
      const ended = [steps.restore, provenRestore].map((step) => step?.endedS?.toFixed(2) ?? "");
      return `| ${[name, ...ended].join(" | ")} |`;
    }),
    "",
    "Peak MiB is the highest of all steps; by step:",
    "",
    "| tool | first | no change | day 1 | restore | restore, proven | check |",
    "|---|---|---|---|---|---|---|",
    ...summaries.map((one) => {
      const { check, ...before } = one.steps;
      const peaks = [...Object.values(before), one.provenRestore, check].map((step) => step?.peakMiB.toFixed(0) ?? "");
      return `| ${[one.name, ...peaks].join(" | ")} |`;
    }),
    ...summaries.flatMap((one) =>
      one.keyDerivationS === undefined
        ? []
        : [
            "",
            `Of each of ${one.name}'s times, ${one.keyDerivationS.toFixed(2)} s is the derivation of the key (scrypt).`,
          ],
    ),
  ];
}

/** Empty where the tool has no such step. */
function timesOf(step: Measurement | undefined): string {
  return step === undefined ? "" : `${step.wallS.toFixed(2)} (${step.cpuS.toFixed(2)})`;
}

function eightDaysPart(facts: RunFacts, tools: readonly ToolFigures[]): readonly string[] {
  const rows = tools.flatMap(({ name, eightDays }) => {
    if (eightDays === undefined) return [];
    const { firstBytes, addsBytes, total, restore } = eightDays;
    const cells = [name, MB(firstBytes), MB(addsBytes), `${total.wallS.toFixed(1)} (${total.cpuS.toFixed(1)})`];
    return [
      `| ${[...cells, total.peakMiB.toFixed(0), `${restore.wallS.toFixed(2)} (${restore.cpuS.toFixed(2)})`].join(" | ")} |`,
    ];
  });
  if (rows.length === 0) return [];
  return [
    "## Eight days",
    "",
    `At scale ${facts.eightDaysScale}, one round: each day backed up once, sums over the eight, then the last day restored.`,
    "",
    "| tool | first MB | eight days add MB | eight backups | peak MiB | restore |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ];
}
