/** What tests/capture-sqlite/capture-process.ts is told, and what it tells. */

export interface CaptureOrder {
  readonly database: string;
  readonly scratch: string;
  /** Become this user and group first. */
  readonly uid?: number;
  readonly mode?: "live" | "cold";
  /** Print `held` once captured, and hold on for a minute. */
  readonly keep?: boolean;
}

export interface CaptureReport {
  /** The way it was captured, or the code of the error. */
  readonly how: string;
  readonly rows: string;
  readonly copied: string;
}
