/** A clone in which nothing was set up yet, as small as the launcher can run in: its program only tells what it was given. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";

const root = path.resolve(import.meta.dirname, "../..");
const program = `
const told = { args: process.argv.slice(2), cwd: process.cwd(), major: Number(process.versions.node.split(".")[0]) };
console.log(JSON.stringify(told));
process.exit(told.args[0] === "exit" ? Number(told.args[1]) : 0);
`;

export interface Told {
  readonly args: string[];
  readonly cwd: string;
  readonly major: number;
}

export async function bareProject(): Promise<TempFolder> {
  const folder = await tempFolder("launcher");
  for (const file of ["bin/obhut", "package.json", "package-lock.json", ".npmrc"]) {
    await cp(path.join(root, file), path.join(folder.path, file));
  }
  await mkdir(path.join(folder.path, "src/cli"), { recursive: true });
  await writeFile(path.join(folder.path, "src/cli/main.ts"), program);
  return folder;
}

export interface Launch {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `launcher` (a path) in `cwd`. `env` is laid over this process's own, without its language. */
export async function launch(
  launcher: string,
  args: readonly string[],
  { cwd = "/", env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Launch> {
  const child = spawn(launcher, args, {
    cwd,
    env: { ...process.env, OBHUT_LANG: "en", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  return { code: child.exitCode, stdout, stderr };
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  return Buffer.concat(await Array.fromAsync(stream as AsyncIterable<Buffer>)).toString("utf8");
}
