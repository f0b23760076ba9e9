/**
 * Runs the static checks, then every test file, three at a time, and ends with one line that sums all of it.
 *
 *   run-tests.ts            everything
 *   run-tests.ts --check    the static checks and tests/structure alone
 *   run-tests.ts FILE...    these test files, no static checks
 */
import path from "node:path";
import type { EventData } from "node:test";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { runStaticChecks } from "./support/static-checks.ts";
import { type Tally, tallyExitCode, tallyLine } from "./support/tally.ts";
import { findTestFiles } from "./support/test-files.ts";

const root = path.resolve(import.meta.dirname, "..");
/** A file that hangs is ended and counts as failed; the slowest takes a few minutes, in the long run an hour. */
const fileTimeoutMs = (process.env["OBHUT_LONG"] ? 120 : 20) * 60_000;

/** One more than the two cores that it is meant for: a file waits a third of its time, for disks, servers and locks that settle. */
const filesAtOnce = 3;

async function chooseFiles(args: readonly string[]): Promise<string[]> {
  const named = args.filter((arg) => !arg.startsWith("--"));
  if (named.length > 0) return named.map((file) => path.resolve(file));
  const all = await findTestFiles(root);
  return args.includes("--check") ? all.filter((file) => file.startsWith(path.join(root, "tests/structure/"))) : all;
}

async function runFiles(files: string[], tally: Tally): Promise<void> {
  const seen = new Set<string>();
  const events = run({
    files,
    concurrency: filesAtOnce,
    timeout: fileTimeoutMs,
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  events.on("test:pass", (data) => {
    if (isFile(data) || data.details.type === "suite") return;
    seen.add(data.file ?? "");
    if (!noteSkipped(data, tally)) tally.passed += 1;
  });
  events.on("test:fail", (data) => {
    seen.add(data.file ?? "");
    // A suite fails with its tests, which count themselves; it counts where a hook of its own failed.
    const { error } = data.details;
    const { failureType } = error as Error & { failureType?: string };
    if (data.details.type === "suite" && failureType === "subtestsFailed") return;
    if (!noteSkipped(data, tally)) tally.failed.push(`${data.name} (${data.file})`);
  });
  let success = false;
  events.on("test:summary", (data) => {
    if (data.file === undefined) success = data.success;
    // Tests that a helper declares, such as a contract's, tell the helper's file; the file's own summary counts them.
    else if (data.counts.tests > 0) seen.add(data.file);
  });
  for await (const text of events.compose(spec())) process.stdout.write(text);
  for (const file of files.filter((name) => !seen.has(name))) {
    tally.failed.push(`${file} holds no test`);
  }
  if (!success && tally.failed.length === 0) tally.failed.push("the run itself: see above");
}

/** Whether this is the event of a whole file, which node:test sends beside those of its tests. */
function isFile(data: EventData.TestPass): boolean {
  return data.nesting === 0 && data.file !== undefined && path.resolve(data.name) === data.file;
}

/** Notes a test that was switched off; false for one that ran. */
function noteSkipped(data: EventData.TestPass | EventData.TestFail, tally: Tally): boolean {
  const why = data.skip ?? data.todo;
  if (why === undefined || why === false) return false;
  tally.skipped.push(`${data.name} (${data.file}): ${why === true ? "no reason given" : why}`);
  return true;
}

const args = process.argv.slice(2);
const tally: Tally = { passed: 0, failed: [], skipped: [] };
if (args.every((arg) => arg.startsWith("--"))) {
  const { passed, failed } = await runStaticChecks();
  tally.passed += passed;
  tally.failed.push(...failed);
}
await runFiles(await chooseFiles(args), tally);
if (tally.skipped.length > 0) console.log(`\nNot run:\n${tally.skipped.map((line) => `  ${line}`).join("\n")}`);
if (tally.failed.length > 0) console.log(`\nFailed:\n${tally.failed.map((line) => `  ${line}`).join("\n")}`);
console.log(`\n${tallyLine(tally)}`);
process.exitCode = tallyExitCode(tally, process.env["CI"] !== "true");
