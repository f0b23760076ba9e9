/** Measures Obhut and its peers side by side and writes RESULTS.md. Started by run.sh, which installs what it needs. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, homedir, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { places } from "./distant/report-distant.ts";
import { mirrors } from "./distant/report-mirror.ts";
import { runEightDays } from "./eight-days.ts";
import type { EightDays, RoundFigures } from "./figures.ts";
import { report } from "./report.ts";
import { runRound } from "./rounds.ts";
import { sectionIn, withSection } from "./section.ts";
import { storedBytes } from "./stored-bytes.ts";
import { kopia } from "./tools/kopia.ts";
import { obhut } from "./tools/obhut.ts";
import { restic } from "./tools/restic.ts";
import { rustic } from "./tools/rustic.ts";
import { madeWorkload } from "./workload.ts";
import { withYears, yearsIn } from "./years/report-years.ts";
import { newYearsSection } from "./years/years-section.ts";

const { values } = parseArgs({
  options: {
    scale: { type: "string", default: "1" },
    rounds: { type: "string", default: "3" },
    /** 0 leaves the eight days out. */
    "eight-days-scale": { type: "string", default: "0.5" },
    /** Snapshots of the repository of years; 0 keeps what an earlier run found out. */
    "years-snapshots": { type: "string", default: "10000" },
    tools: { type: "string", default: "obhut,restic,rustic,kopia" },
    out: { type: "string", default: join(import.meta.dirname, "RESULTS.md") },
  },
});
const scale = positive("scale", values.scale);
const rounds = positive("rounds", values.rounds);
const eightDaysScale = Number(values["eight-days-scale"]);
const yearsSnapshots = Number(values["years-snapshots"]);
const known = { obhut, restic, rustic, kopia };
const tools = values.tools.split(",").map((name) => {
  if (!Object.hasOwn(known, name)) throw new Error(`${name} is none of ${Object.keys(known).join(", ")}`);
  return known[name as keyof typeof known];
});

const cache = process.env["OBHUT_BENCH_DIR"] ?? join(homedir(), ".cache", "obhut-bench");
const scratch = join(cache, `run-${process.pid}`);
mkdirSync(scratch, { recursive: true });
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const workload = madeWorkload(cache, scale);
const loadBefore = loadavg()[0] ?? 0;
const byRound: ReadonlyMap<string, RoundFigures>[] = [];
for (let round = 0; round < rounds; round++) {
  console.error(`round ${round + 1} of ${rounds}`);
  byRound.push(await runRound({ tools, workload, scratch, round }));
}
let eightDays: ReadonlyMap<string, EightDays> = new Map();
if (eightDaysScale > 0) {
  console.error("eight days");
  eightDays = await runEightDays({ tools, workload: madeWorkload(cache, eightDaysScale), scratch });
}

const figures = tools.map((tool) => {
  const eight = eightDays.get(tool.name);
  return {
    name: tool.name,
    version: tool.version(),
    settings: tool.settings,
    rounds: byRound.flatMap((round) => round.get(tool.name) ?? []),
    ...(eight === undefined ? {} : { eightDays: eight }),
  };
});
const processor = cpus()[0]?.model ?? "unknown processor";
const memoryGiB = Math.round(totalmem() / 2 ** 30);
const facts = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus().length} cores (${processor.trim()}), ${memoryGiB} GiB, Linux ${release()}`,
  workload: `scale ${scale}, ${(storedBytes(workload) / 1e9).toFixed(2)} GB`,
  scale,
  ...(eightDaysScale > 0 ? { eightDaysScale } : {}),
  rounds,
  loadBefore,
};
writeFileSync(join(cache, "last-run.json"), JSON.stringify({ facts, figures }, null, 1));
const before = existsSync(values.out) ? readFileSync(values.out, "utf8") : "";
const years =
  yearsSnapshots > 0
    ? await newYearsSection({ cache, scratch, snapshots: yearsSnapshots, rounds: Math.min(rounds, 3) })
    : yearsIn(before);
const kept = [places, mirrors].map((section) => [section, sectionIn(before, section)] as const);
const text = kept.reduce(
  (results, [section, found]) => withSection(results, section, found),
  withYears(report(facts, figures), years),
);
writeFileSync(values.out, text);
console.log(text);

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0, not ${text}`);
  return value;
}
