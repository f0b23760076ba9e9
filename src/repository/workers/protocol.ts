/** What a pool and its workers say to each other. */
import type { ThreadError } from "./thread-error.ts";

export type ToWorker<Task, Tell> =
  | { readonly kind: "task"; readonly id: number; readonly task: Task }
  | { readonly kind: "tell"; readonly message: Tell };

export type FromWorker<Result, Note> =
  | { readonly kind: "result"; readonly id: number; readonly result: Result }
  | { readonly kind: "error"; readonly id: number; readonly error: ThreadError }
  | { readonly kind: "note"; readonly note: Note };
