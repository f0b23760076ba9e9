/** Measures distant places alone, and mirrors of many small files, and puts their sections into RESULTS.md. Started by run.sh --places-only. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureDistant } from "./distant/measure-distant.ts";
import { measureMirror } from "./distant/measure-mirror.ts";
import { distantSection, places } from "./distant/report-distant.ts";
import { mirrorSection, mirrors } from "./distant/report-mirror.ts";
import { type Section, withSection } from "./section.ts";
import { firstLine, installed } from "./tools/installed.ts";
import { obhut } from "./tools/obhut.ts";
import { restic } from "./tools/restic.ts";
import { madeWorkload } from "./workload.ts";

const { values } = parseArgs({
  options: {
    scale: { type: "string", default: "0.25" },
    /** Of mirrors; 0 leaves them out, as a scale of 0 leaves out the rest. */
    uploads: { type: "string", default: "10000" },
    out: { type: "string", default: join(import.meta.dirname, "RESULTS.md") },
  },
});

const cache = process.env["OBHUT_BENCH_DIR"] ?? join(homedir(), ".cache", "obhut-bench");
const scratch = join(cache, `run-${process.pid}`);
mkdirSync(scratch, { recursive: true });
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const facts = {
  date: new Date().toISOString().slice(0, 10),
  loadBefore: loadavg()[0] ?? 0,
  versions: [obhut.version(), restic.version(), firstLine(installed("BENCH_RCLONE"), "version")],
};

function write(section: Section, text: string): void {
  writeFileSync(values.out, withSection(readFileSync(values.out, "utf8"), section, text));
  console.log(text);
}

if (Number(values.scale) > 0) {
  const data = madeWorkload(cache, Number(values.scale));
  const dataBytes = Number(execFileSync("du", ["-sb", data], { encoding: "utf8" }).split("\t")[0]);
  write(places, distantSection(await measureDistant(data, scratch, dataBytes), facts));
}
if (Number(values.uploads) > 0) {
  write(mirrors, mirrorSection(await measureMirror(cache, scratch, Number(values.uploads)), facts));
}
