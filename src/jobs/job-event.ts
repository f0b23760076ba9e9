/** What a job tells while it runs. The CLI draws these, the daemon will forward them; documented in docs/json.md. */
import type { ObhutError } from "../base/errors.ts";
import type { Finding } from "../base/finding-codes.ts";

export type JobPhase =
  | "capture"
  | "store"
  | "plan"
  | "restore"
  | "verify"
  | "check"
  | "copy"
  | "repack"
  | "remove"
  | "repair"
  | "count"
  | "compare"
  | "search";

export interface Progress {
  readonly phase: JobPhase;
  readonly filesDone: number;
  readonly bytesDone: number;
  /** Undefined while it is not known yet. */
  readonly filesTotal?: number | undefined;
  readonly bytesTotal?: number | undefined;
  /** Bytes written to destinations so far, encrypted and compressed. */
  readonly bytesStored?: number | undefined;
  /** Of those, what waits on this machine for a slow destination. */
  readonly bytesWaiting?: number | undefined;
  /** What is being worked on, as a person would name it. */
  readonly current?: string | undefined;
}

export type JobEvent =
  | ({ readonly type: "status" } & Progress)
  | { readonly type: "finding"; readonly finding: Finding }
  /** Something failed without ending the job: one of several destinations, one of several objects. */
  | { readonly type: "error"; readonly error: ObhutError; readonly destination?: string };

export type Emit = (event: JobEvent) => void;

/** What a job is given besides its options: where its events go, and when it shall end early. */
export interface JobWatch {
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** Passes events on, and keeps the findings among them. */
export function noting(findings: Finding[], emit: Emit): Emit {
  return (event) => {
    if (event.type === "finding") findings.push(event.finding);
    emit(event);
  };
}
