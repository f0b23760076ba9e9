/** kopia with its defaults, but compression on: off is its default, and every other tool compresses. */
import { join } from "node:path";
import { firstLine, installed } from "./installed.ts";
import type { Command, Places, Tool } from "./tool.ts";

function run(places: Places, ...args: readonly string[]): Command {
  const env = {
    KOPIA_PASSWORD: "benchmark",
    KOPIA_CONFIG_PATH: join(places.cache, "repository.config"),
    KOPIA_CACHE_DIRECTORY: join(places.cache, "cache"),
    KOPIA_LOG_DIR: join(places.cache, "log"),
    KOPIA_CHECK_FOR_UPDATES: "false",
    KOPIA_PERSIST_CREDENTIALS_ON_CONNECT: "true",
    KOPIA_USE_KEYRING: "false",
  };
  return { argv: [installed("BENCH_KOPIA"), ...args], env };
}

export const kopia: Tool = {
  name: "kopia",
  settings: "compression zstd-fastest (its default is none)",
  version: () => `kopia ${firstLine(installed("BENCH_KOPIA"), "--version").split(" ")[0] ?? ""}`,
  init: (places) => [
    run(places, "repository", "create", "filesystem", "--path", places.repository),
    run(places, "policy", "set", "--global", "--compression=zstd-fastest"),
  ],
  backup: (places) => run(places, "snapshot", "create", "--no-progress", places.data),
  // `restore PATH` takes the newest snapshot of that path.
  restore: (places, target) => run(places, "restore", "--no-progress", "--snapshot-time=latest", places.data, target),
  restoredData: (_places, target) => target,
  check: (places) => run(places, "snapshot", "verify", "--verify-files-percent=100"),
};
