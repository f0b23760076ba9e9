/** Runs the real program as a person would, in a process of its own. */
import { spawn } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

export interface ObhutRun {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** Standard output as text. */
  readonly text: string;
  /** Standard output as JSON lines. */
  readonly json: readonly JsonLine[];
}

export interface JsonLine {
  readonly type: string;
  readonly [name: string]: unknown;
}

export interface ObhutOptions {
  readonly cwd?: string;
  /** Beside PATH and a language of English; nothing else of this process's environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the child's process id once it runs. */
  readonly started?: (pid: number) => void;
}

export async function obhut(words: readonly string[], options: ObhutOptions = {}): Promise<ObhutRun> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", LC_ALL: "C.UTF-8", ...options.env };
  const child = spawn("sh", [path.join(root, "bin/obhut"), ...words], {
    cwd: options.cwd ?? root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  if (child.pid !== undefined) options.started?.(child.pid);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve(exitCode));
  });
  const stdout = Buffer.concat(out);
  const text = stdout.toString("utf8");
  return {
    code,
    stdout,
    stderr: Buffer.concat(err).toString("utf8"),
    text,
    get json() {
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as JsonLine);
    },
  };
}
