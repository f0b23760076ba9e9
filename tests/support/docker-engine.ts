/** A Docker engine of a test's own, with nothing in it, on a socket of its own. Takes root. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const startsWithinMs = 120_000;

export interface DockerEngine extends AsyncDisposable {
  /** For whoever asks it: DOCKER_HOST. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `docker`; what it prints, trimmed. */
  docker(...words: readonly string[]): Promise<string>;
}

/** Everything lies below `folder`, which must not be there and goes with it. Containers get no network: none is set up. */
export async function dockerEngine(folder: string): Promise<DockerEngine> {
  await mkdir(folder, { recursive: true });
  const at = (name: string): string => path.join(folder, name);
  const env = { DOCKER_HOST: `unix://${at("socket")}` };
  const words = [
    "--host",
    env.DOCKER_HOST,
    "--data-root",
    at("data"),
    "--exec-root",
    at("run"),
    "--pidfile",
    at("pid"),
  ];
  const log = openSync(at("log"), "w");
  const daemon = spawn("dockerd", [...words, "--iptables=false", "--ip6tables=false", "--bridge=none"], {
    stdio: ["ignore", log, log],
  });
  const ended = once(daemon, "exit").catch((error: Error) => [error.message]);
  const docker = async (...call: readonly string[]): Promise<string> =>
    (await run("docker", call, { env: { ...process.env, ...env } })).stdout.trim();
  const stop = async (): Promise<void> => {
    const containers = await docker("ps", "--all", "--quiet").catch(() => "");
    if (containers !== "") await docker("rm", "--force", ...containers.split("\n"));
    daemon.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  for (const untilMs = performance.now() + startsWithinMs; ; ) {
    if (
      await docker("version").then(
        () => true,
        () => false,
      )
    )
      return { env, docker, [Symbol.asyncDispose]: stop };
    const gone = await Promise.race([ended, sleep(200)]);
    if (gone === undefined && performance.now() < untilMs) continue;
    const said = await readFile(at("log"), "utf8");
    await stop();
    throw new Error(`dockerd does not run (Debian's docker.io has it): ${String(gone)}\n${said.slice(-2000)}`);
  }
}
