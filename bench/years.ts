/** Measures the repository of years alone and puts its section into RESULTS.md. Started by run.sh --years-only. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { withYears } from "./years/report-years.ts";
import { newYearsSection } from "./years/years-section.ts";

const { values } = parseArgs({
  options: {
    snapshots: { type: "string", default: "10000" },
    rounds: { type: "string", default: "3" },
    out: { type: "string", default: join(import.meta.dirname, "RESULTS.md") },
  },
});

const cache = process.env["OBHUT_BENCH_DIR"] ?? join(homedir(), ".cache", "obhut-bench");
const scratch = join(cache, `run-${process.pid}`);
mkdirSync(scratch, { recursive: true });
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const [snapshots, rounds] = [Number(values.snapshots), Number(values.rounds)];
if (!(snapshots > 0 && rounds > 0)) throw new Error("--snapshots and --rounds must be numbers above 0");
const section = await newYearsSection({ cache, scratch, snapshots, rounds });
writeFileSync(values.out, withYears(readFileSync(values.out, "utf8"), section));
console.log(section);
