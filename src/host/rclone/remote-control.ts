/**
 * One rclone process that takes calls over its remote control (rclone.org/rc): whole files go where they are told to, with all that rclone does
 * for them. Whoever opened it ends it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { KiB } from "../../base/limits.ts";
import { within } from "../../base/within.ts";
import { endProcess, watchProcess } from "../end-process.ts";
import { endOf, lastLines, lastWordsMs, RcloneEndedError } from "./rclone-end.ts";

/** rclone's answer that a call failed. */
export class RcloneCallError extends Error {
  override readonly name = "RcloneCallError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface RemoteControl {
  /** Why it is over; undefined while it is not. */
  readonly ended: RcloneEndedError | undefined;
  /** Rejects with RcloneCallError, RcloneEndedError, or the signal's reason; then rclone gives the call up. */
  call(path: string, parameters: object, signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>>;
  /** The bytes of a file from `from` on; undefined where nothing lies there. */
  open(file: RemoteFile, signal?: AbortSignal): Promise<IncomingMessage | undefined>;
  /** Ends the process; idempotent. */
  close(): Promise<void>;
}

export interface RemoteFile {
  readonly remote: string;
  readonly path: string;
  readonly from: number;
}

export interface RemoteControlOptions {
  /** Program and words that come first. */
  readonly program: readonly [string, ...string[]];
  /** For `rcd`, beside those by which it is reached. */
  readonly words: readonly string[];
  /** A path of at most 100 bytes in a folder that nobody else may enter: who reaches the socket can do what this user can. */
  readonly socketPath: string;
  /** How long rclone may take until it answers at all. */
  readonly timeoutMs: number;
}

const keptSaidBytes = 8 * KiB;
const pollMs = 25;
/** Longer than any call: rclone would cut its own answer off after an hour. */
const longest = "1000h";
/**
 * rclone has no way to end with its input here, so a shell sees to it: what this process holds open ends with it, however that ends, and then
 * somebody stops rclone. When rclone ends first, nobody is left who would stop another process of its number.
 */
const endingWithInput = `exec 4<&0 </dev/null
"$@" 4<&- & child=$!
{ cat <&4; kill "$child"; } >/dev/null 2>&1 & watch=$!
exec 4<&-
trap 'kill "$child"' TERM
wait "$child"; code=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
kill "$watch"
exit "$code"`;

/** Rejects with RcloneEndedError; then nothing is left running. */
export async function openRemoteControl(options: RemoteControlOptions): Promise<RemoteControl> {
  const { program, words, socketPath, timeoutMs } = options;
  const serve = ["rcd", "--rc-addr", `unix://${socketPath}`, "--rc-no-auth", "--rc-serve"];
  const limits = ["--rc-server-read-timeout", longest, "--rc-server-write-timeout", longest];
  // A session of its own: Ctrl-C is for us to act on, and what was begun has to be cleared up through this process.
  const child = spawn("sh", ["-c", endingWithInput, "sh", ...program, ...serve, ...limits, ...words], {
    stdio: ["pipe", "ignore", "pipe"],
    detached: true,
  });
  const watched = watchProcess(child as typeof child & { readonly stderr: Readable }, keptSaidBytes);
  const state: { isReady: boolean; ended: RcloneEndedError | undefined } = { isReady: false, ended: undefined };
  const end = endOf(watched, program[0], () => state.isReady).then((why) => {
    state.ended = why;
    return why;
  });
  const agent = new Agent({ keepAlive: true });
  child.stdin.on("error", () => undefined);
  const control = new Control({ socketPath, agent, end, lastWords: () => lastLines(watched.said()), state });
  const close = async (): Promise<void> => {
    agent.destroy();
    await endProcess(child, child.stdin as Writable);
  };
  try {
    await untilReady(control, end, timeoutMs);
  } catch (error) {
    await close();
    throw error;
  }
  state.isReady = true;
  return Object.assign(control, { close });
}

async function untilReady(control: Control, end: Promise<RcloneEndedError>, timeoutMs: number): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  for (;;) {
    const answered = await control.call("rc/noop", {}, signal).then(
      () => true,
      (error: unknown) => {
        if (error instanceof RcloneEndedError) throw error;
        return false;
      },
    );
    if (answered) return;
    if (signal.aborted) throw new RcloneEndedError("not-ready", `no answer for ${timeoutMs / 1000} s`);
    const ended = await within(end, pollMs);
    if (ended !== undefined) throw ended;
    await sleep(pollMs);
  }
}

interface ControlOptions {
  readonly socketPath: string;
  readonly agent: Agent;
  readonly end: Promise<RcloneEndedError>;
  readonly lastWords: () => string;
  readonly state: { readonly ended: RcloneEndedError | undefined; readonly isReady: boolean };
}

class Control {
  readonly #options: ControlOptions;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  get ended(): RcloneEndedError | undefined {
    return this.#options.state.ended;
  }

  async call(path: string, parameters: object, signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    const body = Buffer.from(JSON.stringify(parameters));
    const headers = { "Content-Type": "application/json", "Content-Length": String(body.length) };
    return await this.#send({ method: "POST", path: `/${path}`, headers, body, signal }, async (answer) => {
      const value = parsed(await bodyOf(answer));
      if (answer.statusCode === 200) return value;
      throw this.#failed(answer, value);
    });
  }

  async open({ remote, path, from }: RemoteFile, signal?: AbortSignal): Promise<IncomingMessage | undefined> {
    const target = `/${encodeURIComponent(`[${remote}]`)}/${path.split("/").map(encodeURIComponent).join("/")}`;
    const headers = from > 0 ? { Range: `bytes=${from}-` } : {};
    return await this.#send({ method: "GET", path: target, headers, signal }, async (answer) => {
      if (answer.statusCode === 200 || answer.statusCode === 206) return answer;
      const value = parsed(await bodyOf(answer));
      if (answer.statusCode === 416 && from > 0) return undefined;
      throw this.#failed(answer, value);
    });
  }

  /** In answers of files the reason stands in rclone's own log only. */
  #failed({ statusCode = 0 }: IncomingMessage, value: Readonly<Record<string, unknown>>): RcloneCallError {
    const { error, status } = value;
    const text = typeof error === "string" ? error : this.#options.lastWords();
    return new RcloneCallError(typeof status === "number" ? status : statusCode, text);
  }

  async #send<T>(
    call: {
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: Uint8Array;
      readonly signal: AbortSignal | undefined;
    },
    take: (answer: IncomingMessage) => Promise<T>,
  ): Promise<T> {
    const { socketPath, agent, end, state } = this.#options;
    const { method, path, headers, body, signal } = call;
    signal?.throwIfAborted();
    try {
      const sent = request({ socketPath, agent, method, path, headers, ...(signal && { signal }) });
      sent.end(body);
      const [answer] = (await once(sent, "response")) as [IncomingMessage];
      return await take(answer);
    } catch (error) {
      if (error instanceof RcloneCallError) throw error;
      if (signal?.aborted) throw signal.reason;
      throw (state.isReady ? await within(end, lastWordsMs) : state.ended) ?? error;
    }
  }
}

async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function parsed(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
