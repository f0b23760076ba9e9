/** Threads that do the heavy work. Owned with `await using`: leaving the block ends them. */
import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { type ResourceLimits, type Transferable, Worker } from "node:worker_threads";
import { ObhutError } from "../../base/errors.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { fromThreadError } from "./thread-error.ts";

export interface PoolOptions<Note> {
  /** See `workerScript`. It calls `serveTasks`. */
  readonly script: URL;
  /** Threads; default: one for each core. */
  readonly size?: number;
  /** What worker number i finds in its `workerData`. */
  readonly workerData: (worker: number) => unknown;
  readonly resourceLimits?: ResourceLimits;
  readonly onNote?: (note: Note, worker: number) => void;
}

/** A script beside the caller's: `workerScript("./restore-worker", import.meta.url)`; finds .ts here, .js where published. */
export function workerScript(path: string, callerUrl: string): URL {
  return new URL(`${path}${extname(new URL(callerUrl).pathname)}`, callerUrl);
}

/** How many tasks a worker holds: one that runs, one that waits so that it never idles. */
const tasksPerWorker = 2;

interface Pending<Task, Result> {
  readonly id: number;
  readonly task: Task;
  readonly transfer: readonly Transferable[];
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

interface Member<Task, Result> {
  readonly thread: Worker;
  readonly held: Map<number, Pending<Task, Result>>;
}

export class WorkerPool<Task, Result, Note = never, Tell = never> implements AsyncDisposable {
  /** How many threads it has, or will have. */
  readonly size: number;
  readonly #options: PoolOptions<Note>;
  readonly #members: Member<Task, Result>[] = [];
  readonly #queue: Pending<Task, Result>[] = [];
  #wakers: (() => void)[] = [];
  /** Called whenever a worker has nothing to do and may be given something: after a task, and when a pause ends. */
  onIdle: () => void = () => undefined;
  #nextId = 0;
  #paused = false;
  #broken: Error | undefined;

  /** A thread starts when a task finds no idle one: a backup in which little changed needs none, or one. */
  constructor(options: PoolOptions<Note>) {
    this.#options = options;
    this.size = options.size ?? availableParallelism();
  }

  /** Tasks that no worker holds yet. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Whether a task ever needed a thread. */
  get isStarted(): boolean {
    return this.#members.length > 0;
  }

  /** Whether some worker has nothing to do. One that would have to start first is not worth waking for a little. */
  get hasIdleWorker(): boolean {
    if (this.#paused || this.#queue.length > 0) return false;
    return this.#members.length === 0 || this.#members.some(({ held }) => held.size === 0);
  }

  /** What `transfer` names belongs to the worker from here on. */
  run(task: Task, transfer: readonly Transferable[] = []): Promise<Result> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    if (this.#members.length < this.size && this.#members.every(({ held }) => held.size > 0)) this.#start();
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#queue.push({ id: this.#nextId++, task, transfer, resolve, reject });
    this.#assign();
    return promise;
  }

  /** Starts all threads now: for who knows that there will be work for all, while it is not there yet. */
  startAll(): void {
    while (this.#members.length < this.size) this.#start();
  }

  /** One task for each worker that was started, behind those it holds already. */
  runOnEach(task: Task): Promise<Result[]> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    return Promise.all(
      this.#members.map((member) => {
        const { promise, resolve, reject } = Promise.withResolvers<Result>();
        this.#give(member, { id: this.#nextId++, task, transfer: [], resolve, reject });
        return promise;
      }),
    );
  }

  /** Resolves once fewer than `limit` tasks are queued, or the pool is broken. */
  async untilQueuedBelow(limit: number): Promise<void> {
    while (this.#queue.length >= limit && this.#broken === undefined) {
      await new Promise<void>((resolve) => this.#wakers.push(resolve));
    }
  }

  /** Says something to one worker. */
  tell(worker: number, message: Tell, transfer: readonly Transferable[] = []): void {
    this.#members[worker]?.thread.postMessage({ kind: "tell", message } satisfies ToWorker<Task, Tell>, [...transfer]);
  }

  /** While true, no worker gets another task. */
  set paused(paused: boolean) {
    this.#paused = paused;
    if (!paused) this.#assign();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#broken ??= new ObhutError("INTERNAL", { reason: "the workers were ended" });
    await Promise.all(this.#members.map(({ thread }) => thread.terminate()));
  }

  #start(): void {
    const { script, workerData, resourceLimits, onNote } = this.#options;
    const number = this.#members.length;
    const limits = resourceLimits === undefined ? {} : { resourceLimits };
    const thread = new Worker(script, { workerData: workerData(number), ...limits });
    const member: Member<Task, Result> = { thread, held: new Map() };
    thread.on("message", (message: FromWorker<Result, Note>) => {
      if (message.kind === "note") onNote?.(message.note, number);
      else this.#settle(member, message);
    });
    thread.on("error", (error: unknown) => this.#break(error instanceof Error ? error : new Error(String(error))));
    thread.on("exit", (code) => this.#break(new ObhutError("INTERNAL", { reason: `a worker ended with ${code}` })));
    this.#members.push(member);
  }

  #assign(): void {
    while (!this.#paused && this.#queue.length > 0) {
      const free = this.#members.reduce((best, member) => (member.held.size < best.held.size ? member : best));
      if (free.held.size >= tasksPerWorker) break;
      const pending = this.#queue.shift();
      if (pending !== undefined) this.#give(free, pending);
    }
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
    if (this.hasIdleWorker) this.onIdle();
  }

  #give(member: Member<Task, Result>, pending: Pending<Task, Result>): void {
    member.held.set(pending.id, pending);
    const message: ToWorker<Task, Tell> = { kind: "task", id: pending.id, task: pending.task };
    member.thread.postMessage(message, pending.transfer);
  }

  #settle(member: Member<Task, Result>, message: Exclude<FromWorker<Result, Note>, { kind: "note" }>): void {
    const pending = member.held.get(message.id);
    member.held.delete(message.id);
    if (message.kind === "result") pending?.resolve(message.result);
    else pending?.reject(fromThreadError(message.error));
    this.#assign();
  }

  #break(error: Error): void {
    this.#broken ??= error;
    const lost = [...this.#queue, ...this.#members.flatMap(({ held }) => [...held.values()])];
    this.#queue.length = 0;
    for (const { held } of this.#members) held.clear();
    for (const { reject } of lost) reject(this.#broken);
    this.#assign();
  }
}
