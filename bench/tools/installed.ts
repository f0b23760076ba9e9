/** Where the peers' programs are: installed by bench/setup/ and tests/setup/, which pass the paths on. */
import { execFileSync } from "node:child_process";

/** The program that the variable `name` points to. Throws where it is not set: bench/run.sh sets it. */
export function installed(name: string): string {
  const path = process.env[name];
  if (path === undefined || path === "") throw new Error(`${name} is not set; start the benchmark with npm run bench`);
  return path;
}

/** First line that the program prints. */
export function firstLine(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: "utf8" }).split("\n")[0] ?? "";
}
