/** Obhut through its command line, as a person runs it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { firstLine } from "./installed.ts";
import type { Command, Places, Tool } from "./tool.ts";

const program = join(import.meta.dirname, "..", "..", "bin", "obhut");

function run(places: Places, ...args: readonly string[]): Command {
  // Its caches hold its own compiled code and what indexes say together, which at home are there from the runs before.
  return { argv: [program, ...args, "--password-file", places.passwordFile], env: {} };
}

function restore(places: Places, target: string): readonly string[] {
  return ["restore", "latest", "--quiet", "--from", places.repository, "--target", target];
}

export const obhut: Tool = {
  name: "Obhut",
  settings: "defaults, which for a restore means proven; the app is stopped, so that every tool sees files at rest",
  version: () => firstLine(program, "version"),
  init: (places) => [run(places, "init", "--to", places.repository)],
  backup: (places) =>
    run(places, "backup", "--quiet", "--instance", "bench", "--data", places.data, "--to", places.repository),
  restore: (places, target) => run(places, ...restore(places, target), "--no-verify"),
  provenRestore: (places, target) => run(places, ...restore(places, target)),
  // The data directory itself, or a folder `data` beside what else the snapshot holds.
  restoredData: (_places, target) => (existsSync(join(target, "webui.db")) ? target : join(target, "data")),
  check: (places) => run(places, "check", "--quiet", "--read-data", "--from", places.repository),
};
