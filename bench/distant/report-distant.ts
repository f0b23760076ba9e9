/** The section of RESULTS.md about distant places. */
import type { Section } from "../section.ts";
import type { DistantFigures } from "./measure-distant.ts";

export const places: Section = {
  begins: "<!-- places: written by npm run bench:places -->",
  ends: "<!-- end of places -->",
};

export interface DistantFacts {
  readonly date: string;
  readonly loadBefore: number;
  readonly versions: readonly string[];
}

export function distantSection(figures: DistantFigures, { date, loadBefore, versions }: DistantFacts): string {
  const { works, three, alone, dataBytes } = figures;
  const speed = (wallS: number): string => (dataBytes / 1e6 / wallS).toFixed(0);
  const ratio = three.wallS / alone.wallS;
  return [
    places.begins,
    "## Distant places",
    "",
    `${(dataBytes / 1e6).toFixed(0)} MB to servers on loopback, which take their share of the same two cores. MB/s are of the source. rclone copies files as ` +
      `they are. ${date}, load before ${loadBefore.toFixed(2)}; ${versions.join(", ")}.`,
    "",
    "| | wall s | CPU s | MB/s | peak MiB |",
    "|---|---|---|---|---|",
    ...works.map(
      ({ name, took: { wallS, cpuS, peakMiB } }) =>
        `| ${[name, wallS.toFixed(2), cpuS.toFixed(2), speed(wallS), peakMiB.toFixed(0)].join(" | ")} |`,
    ),
    "",
    "| floor | measured | |",
    "|---|---|---|",
    `| S3, SFTP and a folder in one run at most 1.3x the slowest of the first two alone | ${three.wallS.toFixed(2)} s to ${alone.wallS.toFixed(2)} s, ${ratio.toFixed(2)}x, peak ${three.peakMiB.toFixed(0)} MiB | ${ratio <= 1.3 ? "reached" : "**missed**"} |`,
    places.ends,
    "",
  ].join("\n");
}
