/** The real program, as a person runs it: bin/obhut in a process of its own, with an environment of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

const launcher = path.resolve(import.meta.dirname, "../../bin/obhut");
/** restic refuses no repository that Obhut writes, so it judges all of them. Set by tests/with-tools.sh. */
const restic = process.env["OBHUT_TEST_RESTIC"] ?? "";

/** Of every repository that a workplace has. */
export const crashPassword = "crash test";

export interface Workplace {
  /** Everything below is made by the test and goes with it. */
  readonly root: string;
  readonly data: string;
  readonly repository: string;
  /** TMPDIR of every process: what is left in it was left by Obhut. */
  readonly scratch: string;
  readonly passwordFile: string;
  /** Stands in the environment of every process started here, so that survivors can be found. */
  readonly mark: string;
}

export async function workplaceIn(root: string, data: string): Promise<Workplace> {
  const place = {
    root,
    data,
    repository: path.join(root, "repository"),
    scratch: path.join(root, "scratch"),
    passwordFile: path.join(root, "password"),
    mark: `${path.basename(root)}-${process.pid}`,
  };
  await mkdir(place.scratch, { recursive: true });
  await writeFile(place.passwordFile, `${crashPassword}\n`, { mode: 0o600 });
  await writeFile(path.join(root, "secret-key"), "fixture-secret-key", { mode: 0o600 });
  return place;
}

/** Nothing here takes a tenth of that; a run that hangs is ended and fails its test. */
const hangsAfterMs = 180_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** As a machine or user of its own: what stands in front of the program, such as `faketime` with its argument. */
export function startObhutBehind(front: readonly string[], place: Workplace, ...args: readonly string[]): Started {
  const [program = launcher, ...more] = [...front, launcher];
  return start(place, program, ...more, ...args, "--lang", "en", "--password-file", place.passwordFile);
}

export function startObhut(place: Workplace, ...args: readonly string[]): Started {
  return start(place, launcher, ...args, "--lang", "en", "--password-file", place.passwordFile);
}

export function startBackup(place: Workplace, ...more: readonly string[]): Started {
  const key = path.join(place.root, "secret-key");
  const args = ["--data", place.data, "--to", place.repository, "--instance", "crash", "--secret-key-file", key];
  return startObhut(place, "backup", "--json", ...args, ...more);
}

export function startRestic(place: Workplace, ...args: readonly string[]): Started {
  if (restic === "") throw new Error("OBHUT_TEST_RESTIC is not set: run this through tests/with-tools.sh");
  return start(place, restic, "--no-cache", "--repo", place.repository, "--password-file", place.passwordFile, ...args);
}

function start(place: Workplace, program: string, ...args: readonly string[]): Started {
  const env = { ...process.env, TMPDIR: place.scratch, OBHUT_CRASH_TEST: place.mark };
  // What a command leaves in the folder it is called in goes with the test.
  const child = spawn(program, args, { env, cwd: place.scratch, stdio: ["ignore", "pipe", "pipe"] });
  // Not SIGKILL: that is what the tests themselves send, and expect.
  const hangs = setTimeout(() => child.kill("SIGABRT"), hangsAfterMs);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => output.push(text));
  const ended = once(child, "close").then(([code, signal]) => {
    clearTimeout(hangs);
    return { code, signal, output: output.join("") };
  });
  return { child, ended };
}

/** Waits for the end; throws with what the program printed unless it ended with 0. */
export async function succeeded(started: Started, what: string): Promise<string> {
  const { code, signal, output } = await started.ended;
  if (code !== 0) throw new Error(`${what} ended with ${code ?? signal}:\n${output.slice(-4000)}`);
  return output;
}
