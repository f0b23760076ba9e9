/** Runs a program that only root may run, directly or through sudo. Throws where it fails; its words go to standard error. */
import { execFileSync } from "node:child_process";

export function asRoot(program: string, ...args: readonly string[]): void {
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const [first = program, ...rest] = [...sudo, program, ...args];
  execFileSync(first, rest, { stdio: ["ignore", "ignore", "inherit"] });
}
