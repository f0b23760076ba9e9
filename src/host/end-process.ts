/** Ends a program that speaks to us over a pipe, and keeps what it said last. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { within } from "../base/within.ts";

/** Such a program ends by itself once its input does; then it is asked to, then it is killed. */
export const patienceAtEndMs = 2_000;
/** After it ended its last words may be in the pipe still; what it left behind may keep the pipe open. */
const lastWordsMs = 300;

/** Idempotent. Resolves when the process is gone. `input`: what it ends by itself with. */
export async function endProcess(child: ChildProcess, input: Writable): Promise<void> {
  const isGone = (): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const exit = isGone() ? Promise.resolve(true) : once(child, "exit").then(() => true);
  input.end();
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (isGone() || (await within(exit, patienceAtEndMs))) break;
    child.kill(signal);
  }
  if (!isGone()) await exit;
  // What a process left behind and holds open must not keep this one alive.
  for (const pipe of child.stdio) pipe?.destroy();
}

export interface ProcessEnd {
  /** `exit 1`, `SIGKILL`; or why it could not be started. */
  readonly how: string | Error;
  /** The last of what it wrote to standard error. */
  readonly said: string;
}

export interface WatchedProcess {
  /** What it wrote to standard error, the last of it, until now. */
  said(): string;
  /** Resolves once it ended by itself or could not be started. */
  readonly end: Promise<ProcessEnd>;
}

/** Keeps `keptBytes` of what it says. */
export function watchProcess(child: ChildProcess & { readonly stderr: Readable }, keptBytes: number): WatchedProcess {
  let kept = Buffer.alloc(0);
  child.stderr.on("data", (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-keptBytes);
  });
  const { promise: ended, resolve } = Promise.withResolvers<Error | string>();
  child.once("error", resolve);
  child.once("exit", (code, signal) => resolve(signal ?? `exit ${code}`));
  const said = (): string => kept.toString("utf8");
  const wordsAtEnd = async (): Promise<ProcessEnd> => {
    const how = await ended;
    const isMore = typeof how === "string" && !child.stderr.readableEnded;
    if (isMore) await within(once(child.stderr, "end"), lastWordsMs);
    return { how, said: said() };
  };
  return { said, end: wordsAtEnd() };
}
