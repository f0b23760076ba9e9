/** The section of RESULTS.md about mirrors of many small files. */
import type { Measurement } from "../measure.ts";
import type { Section } from "../section.ts";
import type { MirrorFigures } from "./measure-mirror.ts";
import type { DistantFacts } from "./report-distant.ts";

export const mirrors: Section = {
  begins: "<!-- mirrors: written by npm run bench:places -->",
  ends: "<!-- end of mirrors -->",
};

export function mirrorSection({ files, bytes, works }: MirrorFigures, facts: DistantFacts): string {
  const figures = ({ wallS, cpuS, peakMiB }: Measurement): string =>
    [wallS.toFixed(2), cpuS.toFixed(2), peakMiB.toFixed(0)].join(" | ");
  return [
    mirrors.begins,
    "## Many small files, mirrored",
    "",
    `${files} uploads and a database, ${(bytes / 1e6).toFixed(0)} MB; 32 transfers and 16 checkers for both. Obhut sees all of it onto the disk, takes SHA-256 sums and copies the database ` +
      "exactly; rclone sync copies files as they lie there, compares size and time, and syncs nothing. The server takes its share of the same two cores. " +
      `${facts.date}, load before ${facts.loadBefore.toFixed(2)}; ${facts.versions.join(", ")}.`,
    "",
    "| | first: wall s | CPU s | peak MiB | no change: wall s | CPU s | peak MiB |",
    "|---|---|---|---|---|---|---|",
    ...works.map(({ name, first, again }) => `| ${name} | ${figures(first)} | ${figures(again)} |`),
    mirrors.ends,
    "",
  ].join("\n");
}
