/** The app process as a test sees it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { AppReply, AppRequest, LoopFigures, LoopKind } from "./app-protocol.ts";

const entry = path.resolve(import.meta.dirname, "app-process.ts");

export interface AppOptions {
  /** SQL that the connection begins with: pragmas. */
  readonly setup?: readonly string[];
  /** SQLite's busy timeout; Open WebUI's is 5 s. */
  readonly busyMs?: number;
  /** Make accounts and log; default true. */
  readonly ledger?: boolean;
}

export class App implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: AppReply) => void>();
  #lastId = 0;
  readonly path: string;

  private constructor(database: string) {
    this.path = database;
    this.#child = fork(entry, { execArgv: ["--disable-warning=ExperimentalWarning"], serialization: "advanced" });
    this.#child.on("message", (reply: AppReply) => this.#waiting.get(reply.id)?.(reply));
  }

  static async open(database: string, options: AppOptions = {}): Promise<App> {
    const app = new App(database);
    const { setup = [], busyMs = 5_000, ledger = true } = options;
    await app.#ask({ op: "open", path: database, setup, busyMs, ledger });
    return app;
  }

  /** Opens the database again after `close`. */
  async reopen(setup: readonly string[] = []): Promise<void> {
    await this.#ask({ op: "open", path: this.path, setup, busyMs: 5_000, ledger: true });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async exec(sql: string): Promise<void> {
    await this.#ask({ op: "exec", sql });
  }

  async rows(sql: string): Promise<unknown[]> {
    return (await this.#ask({ op: "rows", sql })) as unknown[];
  }

  async transfer(times: number, from = 0): Promise<void> {
    await this.#ask({ op: "transfer", from, times });
  }

  async readElsewhere(): Promise<void> {
    await this.#ask({ op: "read-elsewhere", path: this.path });
  }

  async start(kind: LoopKind): Promise<void> {
    await this.#ask({ op: "start", kind });
  }

  async stop(): Promise<LoopFigures> {
    return (await this.#ask({ op: "stop" })) as LoopFigures;
  }

  async close(): Promise<void> {
    await this.#ask({ op: "close" });
  }

  /** SIGKILL, SIGSTOP or SIGCONT; resolves when a killed one is gone. */
  async signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): Promise<void> {
    const gone = name === "SIGKILL" ? once(this.#child, "exit") : undefined;
    this.#child.kill(name);
    await gone;
  }

  async #ask(request: AppRequest): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const reply = await new Promise<AppReply>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      this.#child.once("exit", () => reject(new Error(`the app ended during ${request.op}`)));
      this.#child.send({ id, request });
    });
    this.#waiting.delete(id);
    this.#child.removeAllListeners("exit");
    if ("failed" in reply) throw new Error(reply.failed);
    return reply.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.signal("SIGKILL");
  }
}
