/** One ssh process and the SFTP client on its pipes. Whoever opened it ends it. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { systemCode } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { SftpClient } from "./sftp-client.ts";
import { keptSaidBytes, SshEndedError, sshFailure } from "./ssh-failure.ts";

type SshProcess = ChildProcessByStdio<Writable, Readable, Readable>;

export interface SshSession extends AsyncDisposable {
  readonly client: SftpClient;
  /** Ends the process; idempotent. */
  close(): Promise<void>;
}

/** ssh ends by itself once its input does; then it is asked to, then it is killed. */
const patienceAtEndMs = 2_000;
/** After ssh ended its last words may be in the pipe still; a shared connection that it left behind keeps the pipe open. */
const lastWordsMs = 300;

/** Rejects with SshEndedError, SftpSilentError or SftpProtocolError; then nothing is left running. */
export async function openSshSession(command: readonly [string, ...string[]]): Promise<SshSession> {
  const [program, ...words] = command;
  // A session of its own: Ctrl-C is for us to act on, and the lock has to be removed over this connection.
  const child = spawn(program, words, { stdio: ["pipe", "pipe", "pipe"], detached: true });
  const close = (): Promise<void> => endProcess(child);
  try {
    const client = await SftpClient.connect({
      input: child.stdout,
      output: child.stdin,
      ended: endOf(child, program),
      giveUp: () => void close(),
      silenceMs: limits.sftpSilenceMs,
    });
    return { client, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function endOf(child: SshProcess, program: string): Promise<Error> {
  let said = Buffer.alloc(0);
  child.stderr.on("data", (chunk: Buffer) => {
    said = Buffer.concat([said, chunk]).subarray(-keptSaidBytes);
  });
  const { promise: ended, resolve } = Promise.withResolvers<Error | string>();
  child.once("error", (error) => resolve(error));
  child.once("exit", (code, signal) => resolve(`${program}: ${signal ?? `exit ${code}`}`));
  // A server that closes while ssh stays has nothing more to say.
  child.stdout.once("end", () => setTimeout(() => child.kill("SIGTERM"), patienceAtEndMs).unref());
  const how = await ended;
  if (how instanceof Error) {
    const missing = systemCode(how) === "ENOENT" || systemCode(how) === "EACCES";
    return new SshEndedError(missing ? "program-missing" : "closed", how.message);
  }
  if (!child.stderr.readableEnded) {
    await Promise.race([once(child.stderr, "end"), new Promise((done) => setTimeout(done, lastWordsMs))]);
  }
  return sshFailure(said.toString("utf8"), how);
}

async function endProcess(child: SshProcess): Promise<void> {
  const isGone = (): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const exit = isGone() ? Promise.resolve() : once(child, "exit").then(() => undefined);
  child.stdin.end();
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (isGone() || (await within(exit, patienceAtEndMs))) break;
    child.kill(signal);
  }
  if (!isGone()) await exit;
  // What a shared connection keeps open must not keep this process alive.
  for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
}

async function within(ending: Promise<void>, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  const inTime = await Promise.race([ending.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
