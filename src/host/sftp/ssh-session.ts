/** One ssh process and the SFTP client on its pipes. Whoever opened it ends it. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { systemCode } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import type { LinePace } from "../../base/pace.ts";
import { endProcess, patienceAtEndMs, watchProcess } from "../end-process.ts";
import { SftpClient } from "./sftp-client.ts";
import { keptSaidBytes, SshEndedError, sshFailure } from "./ssh-failure.ts";

export interface SshSession extends AsyncDisposable {
  readonly client: SftpClient;
  /** Ends the process; idempotent. */
  close(): Promise<void>;
}

/** Rejects with SshEndedError, SftpSilentError or SftpProtocolError; then nothing is left running. */
export async function openSshSession(command: readonly [string, ...string[]], line?: LinePace): Promise<SshSession> {
  const [program, ...words] = command;
  // A session of its own: Ctrl-C is for us to act on, and the lock has to be removed over this connection.
  const child = spawn(program, words, { stdio: ["pipe", "pipe", "pipe"], detached: true });
  const close = (): Promise<void> => endProcess(child, child.stdin);
  try {
    const pipes = {
      input: child.stdout,
      output: child.stdin,
      ended: endOf(child, program),
      giveUp: () => void close(),
      silenceMs: limits.sftpSilenceMs,
    };
    const client = await SftpClient.connect(pipes, line);
    return { client, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function endOf(child: ChildProcessByStdio<Writable, Readable, Readable>, program: string): Promise<Error> {
  // A server that closes while ssh stays has nothing more to say.
  child.stdout.once("end", () => setTimeout(() => child.kill("SIGTERM"), patienceAtEndMs).unref());
  const { how, said } = await watchProcess(child, keptSaidBytes).end;
  if (typeof how === "string") return sshFailure(said, `${program}: ${how}`);
  const missing = systemCode(how) === "ENOENT" || systemCode(how) === "EACCES";
  return new SshEndedError(missing ? "program-missing" : "closed", how.message);
}
