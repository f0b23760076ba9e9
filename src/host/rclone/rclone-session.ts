/** One rclone process that serves restic's REST protocol on its standard input and output. Whoever opened it ends it. */
import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { KiB } from "../../base/limits.ts";
import type { LinePace } from "../../base/pace.ts";
import { within } from "../../base/within.ts";
import { endProcess, watchProcess } from "../end-process.ts";
import type { HttpClient } from "../http/http-client.ts";
import { http2Client } from "../http/http2-client.ts";
import { endOf, lastLines, lastWordsMs, RcloneEndedError } from "./rclone-end.ts";

export interface RcloneSession {
  readonly client: HttpClient;
  /** Why it is over; undefined while it is not. */
  readonly ended: RcloneEndedError | undefined;
  /** Resolves once it is over by itself. */
  readonly end: Promise<RcloneEndedError>;
  /** What it complained of last. */
  lastWords(): string;
  /** Ends the process; idempotent. */
  close(): Promise<void>;
}

const keptSaidBytes = 8 * KiB;
/** One socket for both directions, which Node gives to a child as its descriptor 3 only. `exec`: the process is rclone, no shell stays. */
const onOneSocket = 'exec "$@" <&3 >&3 3<&-';

/**
 * `command`: program and words, the remote last. Rejects with RcloneEndedError; then nothing is left running. As rclone ends with its input, it
 * does not outlive this process, however that ends.
 */
export async function openRclone(
  command: readonly [string, ...string[]],
  { timeoutMs, line }: { readonly timeoutMs: number; readonly line?: LinePace | undefined },
): Promise<RcloneSession> {
  // A session of its own: Ctrl-C is for us to act on, and the lock has to be removed through this process.
  const child = spawn("sh", ["-c", onOneSocket, "sh", ...command], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    detached: true,
  });
  const socket = child.stdio[3] as Socket;
  const watched = watchProcess(child as typeof child & { readonly stderr: Readable }, keptSaidBytes);
  const client = http2Client(socket, line);
  const state: { isReady: boolean; ended: RcloneEndedError | undefined } = { isReady: false, ended: undefined };
  const end = endOf(watched, command[0], () => state.isReady).then((why) => {
    state.ended = why;
    return why;
  });
  const close = async (): Promise<void> => {
    await client.close();
    await endProcess(child, socket);
  };
  try {
    await untilReady(client, end, timeoutMs);
  } catch (error) {
    await close();
    throw error;
  }
  state.isReady = true;
  return {
    client,
    end,
    get ended() {
      return state.ended;
    },
    lastWords: () => lastLines(watched.said()),
    close,
  };
}

/** A file that no repository has is asked for: any answer says that the remote was understood. */
async function untilReady(client: HttpClient, end: Promise<RcloneEndedError>, timeoutMs: number): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    await client.send({ method: "HEAD", path: "/keys/0000", signal });
  } catch {
    const late = new RcloneEndedError("not-ready", `no answer for ${timeoutMs / 1000} s`);
    // Where it ended, its last words say more than the broken connection.
    throw (await within(end, lastWordsMs)) ?? late;
  }
}
