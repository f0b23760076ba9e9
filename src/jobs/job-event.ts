/** What a job tells while it runs. The CLI draws these, the daemon will forward them; documented in docs/json.md. */
import type { Finding } from "../base/finding-codes.ts";

export type JobPhase = "open" | "scan" | "capture" | "store" | "plan" | "restore" | "verify" | "check";

export interface Progress {
  readonly phase: JobPhase;
  readonly filesDone: number;
  readonly bytesDone: number;
  /** Undefined while it is not known yet. */
  readonly filesTotal?: number;
  readonly bytesTotal?: number;
  /** Bytes written to destinations so far, encrypted and compressed. */
  readonly bytesStored?: number;
  /** What is being worked on, as a person would name it. */
  readonly current?: string;
}

export type JobEvent =
  | ({ readonly type: "status" } & Progress)
  | { readonly type: "finding"; readonly finding: Finding };

export type Emit = (event: JobEvent) => void;
