/** Measures distant places alone and puts their section into RESULTS.md. Started by run.sh --places-only. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureDistant } from "./distant/measure-distant.ts";
import { distantSection, places } from "./distant/report-distant.ts";
import { withSection } from "./section.ts";
import { firstLine, installed } from "./tools/installed.ts";
import { obhut } from "./tools/obhut.ts";
import { restic } from "./tools/restic.ts";
import { madeWorkload } from "./workload.ts";

const { values } = parseArgs({
  options: {
    scale: { type: "string", default: "0.25" },
    out: { type: "string", default: join(import.meta.dirname, "RESULTS.md") },
  },
});

const cache = process.env["OBHUT_BENCH_DIR"] ?? join(homedir(), ".cache", "obhut-bench");
const scratch = join(cache, `run-${process.pid}`);
mkdirSync(scratch, { recursive: true });
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const data = madeWorkload(cache, Number(values.scale));
const dataBytes = Number(execFileSync("du", ["-sb", data], { encoding: "utf8" }).split("\t")[0]);
const facts = {
  date: new Date().toISOString().slice(0, 10),
  loadBefore: loadavg()[0] ?? 0,
  versions: [obhut.version(), restic.version(), firstLine(installed("BENCH_RCLONE"), "version")],
};
const section = distantSection(await measureDistant(data, scratch, dataBytes), facts);
writeFileSync(values.out, withSection(readFileSync(values.out, "utf8"), places, section));
console.log(section);
