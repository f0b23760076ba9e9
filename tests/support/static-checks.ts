/** The checks that run no code of ours. Each counts as one test of the run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

export interface StaticCheck {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

export const staticChecks: readonly StaticCheck[] = [
  { name: "types (tsc)", command: ["tsc", "--project", "."] },
  { name: "format and lint (biome)", command: ["biome", "ci", "--colors=off", "--max-diagnostics=50", "."] },
  { name: "dead code and dependencies (knip)", command: ["knip", "--no-progress"] },
];

/** Runs them one after the other, shows the output of those that fail, and tells how many passed and which failed. */
export async function runStaticChecks(): Promise<{ passed: number; failed: string[] }> {
  const failed: string[] = [];
  for (const check of staticChecks) {
    const started = performance.now();
    const { code, output } = await runCheck(check, root);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${code === 0 ? "✔" : "✖"} ${check.name} (${seconds} s)`);
    if (code !== 0) {
      failed.push(check.name);
      console.log(output);
    }
  }
  return { passed: staticChecks.length - failed.length, failed };
}

/** Runs one check over the project that lies in `folder`, with this project's tools. */
export async function runCheck(check: StaticCheck, folder: string): Promise<{ code: number | null; output: string }> {
  const [program, ...args] = check.command;
  const child = spawn(path.join(root, "node_modules/.bin", program), args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const keep = (chunk: string): void => {
    output += chunk;
  };
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}
