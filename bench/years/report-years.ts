/** The section of RESULTS.md about a repository of many snapshots. It can be measured, and replaced, by itself. */
import type { Measurement } from "../measure.ts";
import { type Section, sectionIn, withSection } from "../section.ts";
import type { YearsFigures } from "./measure-years.ts";

const years: Section = {
  begins: "<!-- years: written by npm run bench:years, and by npm run bench -->",
  ends: "<!-- end of years -->",
};

export interface YearsFacts {
  readonly date: string;
  /** Load of the machine before, one minute's mean. */
  readonly loadBefore: number;
  readonly versions: readonly string[];
}

export function yearsSection(figures: YearsFigures, { date, loadBefore, versions }: YearsFacts): string {
  const count = (value: number): string => value.toLocaleString("en-US");
  return [
    years.begins,
    "## Years",
    "",
    `A repository with ${count(figures.snapshots)} snapshots and ${count(figures.blobs)} blobs in ${count(2 * figures.snapshots)} packs. ` +
      `Wall seconds (CPU seconds), medians of ${figures.rounds}; peak MiB, the highest of them. ` +
      `${date}, load before ${loadBefore.toFixed(2)}${busy(loadBefore)}; ${versions.join(", ")}.`,
    "",
    "| | Obhut | restic | Obhut peak MiB | restic peak MiB |",
    "|---|---|---|---|---|",
    ...figures.works.map(
      ({ name, obhut, restic }) =>
        `| ${[name, times(obhut), times(restic), obhut.peakMiB.toFixed(0), restic.peakMiB.toFixed(0)].join(" | ")} |`,
    ),
    "",
    "| floor | measured | |",
    "|---|---|---|",
    ...yearsVerdicts(figures).map(
      ({ floor, measured, reached }) => `| ${floor} | ${measured} | ${reached ? "reached" : "**missed**"} |`,
    ),
    years.ends,
    "",
  ].join("\n");
}

function busy(load: number): string {
  return load > 0.5 ? " (**busy**: only CPU seconds and memory can be compared)" : "";
}

function times({ wallS, cpuS }: Measurement): string {
  return `${wallS.toFixed(2)} (${cpuS.toFixed(2)})`;
}

/** CPU seconds, because they can be compared on a busy machine too. */
export function yearsVerdicts({ works }: YearsFigures) {
  const peak = Math.max(...works.map(({ obhut }) => obhut.peakMiB));
  const open = works.find(({ name }) => name.startsWith("open"));
  const memory = { floor: "memory below 500 MiB", measured: `${peak.toFixed(0)} MiB`, reached: peak < 500 };
  if (open === undefined) return [memory];
  const { obhut, restic } = open;
  const measured = `${obhut.cpuS.toFixed(2)} s of CPU to ${restic.cpuS.toFixed(2)} s`;
  return [memory, { floor: "opens no slower than restic", measured, reached: obhut.cpuS <= restic.cpuS }];
}

/** `results` with this section in the place of the one it had, or at its end. */
export function withYears(results: string, section: string): string {
  return withSection(results, years, section);
}

/** The section that `results` has, or nothing. */
export function yearsIn(results: string): string {
  return sectionIn(results, years);
}
