/** rustic with its defaults, but no config file of the user's. */
import { join } from "node:path";
import { firstLine, installed } from "./installed.ts";
import type { Command, Places, Tool } from "./tool.ts";

function run(places: Places, ...args: readonly string[]): Command {
  const env = {
    RUSTIC_REPOSITORY: places.repository,
    RUSTIC_PASSWORD_FILE: places.passwordFile,
    RUSTIC_CACHE_DIR: places.cache,
    RUSTIC_LOG_LEVEL: "warn",
    RUSTIC_NO_PROGRESS: "true",
    XDG_CONFIG_HOME: places.cache,
  };
  return { argv: [installed("BENCH_RUSTIC"), ...args], env };
}

export const rustic: Tool = {
  name: "rustic",
  settings: "defaults; built without its optional parts (remote storage, terminal interface)",
  version: () => firstLine(installed("BENCH_RUSTIC"), "--version"),
  init: (places) => [run(places, "init")],
  backup: (places) => run(places, "backup", places.data),
  restore: (places, target) => run(places, "restore", "latest", target),
  restoredData: (places, target) => join(target, places.data),
  check: (places) => run(places, "check", "--read-data"),
};
