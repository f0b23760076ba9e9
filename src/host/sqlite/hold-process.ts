/** A holder process (hold-child.ts) as its parent sees it: one request, one answer; gone means the hold is lost. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { ObhutError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { reason } from "../../base/reason-codes.ts";
import { type HoldReplies, type HoldReply, type HoldRequest, primaryCode, sqlite } from "./hold-protocol.ts";

type Settle = (reply: HoldReply | Error) => void;

// The published package runs the same module as JavaScript.
const entry = fileURLToPath(new URL(`./hold-child${extname(import.meta.url)}`, import.meta.url));
const patienceAtEndMs = 2_000;

/** SQLite refused a request; `sqliteCode` is its extended result code. */
export class SqliteFailure extends Error {
  override readonly name = "SqliteFailure";
  readonly sqliteCode: number;

  constructor(message: string, sqliteCode: number) {
    super(message);
    this.sqliteCode = sqliteCode;
  }

  /** The file is damaged or no database at all. */
  get isCorruption(): boolean {
    const code = primaryCode(this.sqliteCode);
    return code === sqlite.corrupt || code === sqlite.notADatabase;
  }
}

export class HoldProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** What is held, for messages. */
  readonly #path: string;
  readonly #signal: AbortSignal | undefined;
  readonly #waiting = new Map<number, Settle>();
  #lastId = 0;

  /** Starts the process. An abort ends it, and every request under way rejects with the signal's reason. */
  constructor(path: string, signal?: AbortSignal) {
    signal?.throwIfAborted();
    this.#path = path;
    this.#signal = signal;
    this.#child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", entry], {
      // Nothing of the parent's environment: it may hold secrets, and the holder needs none of it.
      env: {},
      cwd: "/",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      serialization: "advanced",
    });
    const onAbort = (): void => {
      this.#failAll(this.#lost("holderEnded"));
      this.#child.kill("SIGKILL");
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#child.on("message", (reply: HoldReply) => this.#waiting.get(reply.id)?.(reply));
    this.#child.on("error", () => this.#failAll(this.#lost("holderEnded")));
    this.#child.on("exit", () => {
      signal?.removeEventListener("abort", onAbort);
      this.#failAll(this.#lost("holderEnded"));
    });
  }

  /** Undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Errors: DATABASE_HOLD_LOST when the process is gone or stays silent for `holderAnswerMs` (a query may take any time);
   * SqliteFailure when SQLite refuses.
   */
  async ask<Op extends HoldRequest["op"]>(request: HoldRequest & { readonly op: Op }): Promise<HoldReplies[Op]> {
    const reply = await this.#send(request);
    if ("value" in reply) return reply.value as HoldReplies[Op];
    const { message, sqliteCode } = reply.failed;
    throw sqliteCode === undefined ? new Error(message) : new SqliteFailure(message, sqliteCode);
  }

  #send(request: HoldRequest): Promise<HoldReply> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      if (!this.#child.connected) return reject(this.#lost("holderEnded"));
      const settle: Settle = (reply) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        if (reply instanceof Error) reject(reply);
        else resolve(reply);
      };
      const silent = (): void => {
        this.#child.kill("SIGKILL");
        settle(this.#lost("holderSilent"));
      };
      const patient = request.op === "query" || request.op === "repair";
      const timer = patient ? undefined : setTimeout(silent, limits.holderAnswerMs);
      this.#waiting.set(id, settle);
      this.#child.send({ id, request }, (error) => {
        if (error) settle(this.#lost("holderEnded"));
      });
    });
  }

  #lost(why: "holderEnded" | "holderSilent"): Error {
    if (this.#signal?.aborted) return abortReason(this.#signal);
    const seconds = limits.holderAnswerMs / 1000;
    return new ObhutError("DATABASE_HOLD_LOST", {
      path: this.#path,
      reason: why === "holderEnded" ? reason(why, {}) : reason(why, { seconds }),
    });
  }

  #failAll(error: Error): void {
    for (const settle of [...this.#waiting.values()]) settle(error);
  }

  /** Ends the process and with it every lock. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill("SIGKILL"), patienceAtEndMs);
    await ended;
    clearTimeout(timer);
  }
}

function abortReason({ reason: why }: AbortSignal): Error {
  return why instanceof Error ? why : new ObhutError("INTERRUPTED", {});
}
