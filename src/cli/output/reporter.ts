/** How a command shows what its job tells. One interface, three ways: for a terminal or a log, as JSON lines, quietly. */
import type { Emit } from "../../jobs/job-event.ts";

export interface Reporter {
  /** Takes the events of a job. */
  readonly emit: Emit;
  /** One row of a listing, for programs; people get `lines`. */
  record(type: string, value: object): void;
  /** What the command was asked to list, for people. */
  lines(lines: readonly string[]): void;
  /** What came of it: `value` for programs, `lines` for people (not shown when quiet). */
  summary(value: object, lines: () => readonly string[]): void;
  /** The command ends with this error. */
  failed(error: unknown): void;
  /** Ends progress and timers. Idempotent. */
  close(): void;
}
