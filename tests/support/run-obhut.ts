/** Runs the command line as a person does, through its launcher, in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const launcher = path.resolve(import.meta.dirname, "../../bin/obhut");

export interface ObhutRun {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Resolves whatever the exit code is. `env` is laid over this process's own; no password or repository of it gets through. */
export async function runObhut(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ObhutRun> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(OBHUT_(?!TEST_)|RESTIC_|LC_|LANG|DATA_DIR)/.test(name),
  );
  const child = spawn(launcher, args, {
    env: { ...Object.fromEntries(inherited), LANG: "C.UTF-8", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}
