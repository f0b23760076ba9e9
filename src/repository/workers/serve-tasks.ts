/** The worker's side of a pool. */
import { parentPort, type Transferable } from "node:worker_threads";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { toThreadError } from "./thread-error.ts";

export interface TaskServer<Task, Result, Tell = never> {
  /** One task after the other; what it throws goes to whoever gave the task. */
  run(task: Task): Result | Promise<Result>;
  /** A message that expects no answer; comes between tasks, in the order it was told. */
  told?(message: Tell): void;
}

/** Answers tasks until the pool ends this thread. */
export function serveTasks<Task, Result, Tell = never>(server: TaskServer<Task, Result, Tell>): void {
  let last: Promise<void> = Promise.resolve();
  parentPort?.on("message", (message: ToWorker<Task, Tell>) => {
    if (message.kind === "tell") {
      server.told?.(message.message);
      return;
    }
    last = last.then(async () => {
      try {
        post({ kind: "result", id: message.id, result: await server.run(message.task) });
      } catch (error) {
        post({ kind: "error", id: message.id, error: toThreadError(error) });
      }
    });
  });
}

/** Says something to the pool's owner before the task is done. Arrives before its result. */
export function note<Note>(message: Note, transfer: readonly Transferable[] = []): void {
  post({ kind: "note", note: message }, transfer);
}

function post(message: FromWorker<unknown, unknown>, transfer: readonly Transferable[] = []): void {
  parentPort?.postMessage(message, [...transfer]);
}
