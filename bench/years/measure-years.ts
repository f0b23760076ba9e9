/** What Obhut and restic take to work in a repository of many snapshots. Nothing is changed in it. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Measurement, measure } from "../measure.ts";
import { median } from "../median.ts";
import { installed } from "../tools/installed.ts";
import type { Command } from "../tools/tool.ts";
import { blobsPerSnapshot, madeYears } from "./make-years.ts";

export interface YearsOptions {
  /** Where the repository is kept from run to run. */
  readonly cache: string;
  readonly scratch: string;
  readonly snapshots: number;
  readonly rounds: number;
}

export interface YearsFigures {
  readonly snapshots: number;
  readonly blobs: number;
  readonly rounds: number;
  readonly works: readonly { readonly name: string; readonly obhut: Measurement; readonly restic: Measurement }[];
}

/** The same words for both programs, but how each is told what to show. */
const works = [
  { name: "`snapshots`", words: ["snapshots"] },
  { name: "open, then `ls latest`", words: ["ls", "latest"] },
  { name: "`forget --dry-run --keep-daily 7`", words: ["forget", "--dry-run", "--keep-daily", "7"] },
  { name: "`prune --dry-run`", words: ["prune", "--dry-run"] },
  { name: "`check`", words: ["check"] },
] as const;

/** Medians of all rounds; the tools take turns. restic has its cache, filled by a first run that does not count. */
export async function measureYears({ cache, scratch, snapshots, rounds }: YearsOptions): Promise<YearsFigures> {
  console.error(`a repository of ${snapshots} snapshots`);
  const repository = await madeYears(cache, snapshots);
  const home = join(scratch, "years");
  mkdirSync(home, { recursive: true });
  const password = join(home, "password");
  writeFileSync(password, "benchmark\n", { mode: 0o600 });
  const obhut = (words: readonly string[]): Command => ({
    argv: [program, ...words, "--from", repository, "--password-file", password],
    env: {},
  });
  const restic = (words: readonly string[]): Command => ({
    argv: [installed("BENCH_RESTIC"), ...words],
    env: { RESTIC_REPOSITORY: repository, RESTIC_PASSWORD_FILE: password, RESTIC_CACHE_DIR: join(home, "cache") },
  });
  measure(restic(["ls", "latest"]), home);
  const measured = works.map(({ name, words }) => {
    console.error(`  ${name}`);
    const [ours, theirs]: [Measurement[], Measurement[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      ours.push(measure(obhut(words), home));
      theirs.push(measure(restic(words), home));
    }
    return { name, obhut: middle(ours), restic: middle(theirs) };
  });
  rmSync(home, { recursive: true, force: true });
  return { snapshots, blobs: snapshots * blobsPerSnapshot, rounds, works: measured };
}

const program = join(import.meta.dirname, "..", "..", "bin", "obhut");

/** The median of the times, and the highest peak. */
function middle(all: readonly Measurement[]): Measurement {
  return {
    wallS: median(all.map(({ wallS }) => wallS)),
    cpuS: median(all.map(({ cpuS }) => cpuS)),
    peakMiB: Math.max(...all.map(({ peakMiB }) => peakMiB)),
  };
}
