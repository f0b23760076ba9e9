/** restic with its defaults: version 2, compression "auto", cache on. */
import { join } from "node:path";
import { firstLine, installed } from "./installed.ts";
import type { Command, Places, Tool } from "./tool.ts";

function run(places: Places, ...args: readonly string[]): Command {
  const env = {
    RESTIC_REPOSITORY: places.repository,
    RESTIC_PASSWORD_FILE: places.passwordFile,
    RESTIC_CACHE_DIR: places.cache,
  };
  return { argv: [installed("BENCH_RESTIC"), ...args], env };
}

export const restic: Tool = {
  name: "restic",
  settings: "defaults",
  version: () => firstLine(installed("BENCH_RESTIC"), "version").split(" compiled")[0] ?? "",
  init: (places) => [run(places, "init")],
  backup: (places) => run(places, "backup", "--quiet", places.data),
  restore: (places, target) => run(places, "restore", "--quiet", "latest", "--target", target),
  provenRestore: (places, target) => run(places, "restore", "--quiet", "latest", "--verify", "--target", target),
  restoredData: (places, target) => join(target, places.data),
  check: (places) => run(places, "check", "--quiet", "--read-data"),
};
