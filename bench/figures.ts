/** What the benchmark found out about one tool. */
import type { Measurement } from "./measure.ts";

export const steps = ["first", "unchanged", "day", "restore", "check"] as const;
export type Step = (typeof steps)[number];

/** One tool in one round. */
export interface RoundFigures {
  readonly steps: Readonly<Record<Step, Measurement>>;
  /** Only of tools that can read back what they wrote. */
  readonly provenRestore?: Measurement;
  readonly firstBytes: number;
  readonly unchangedAddsBytes: number;
  readonly dayAddsBytes: number;
  /** Only for repositories in restic's format. */
  readonly keyDerivationS?: number;
}

/** One tool over eight days, each backed up. */
export interface EightDays {
  readonly firstBytes: number;
  readonly addsBytes: number;
  /** Sums over the eight backups; the peak is the highest of them. */
  readonly total: Measurement;
  readonly restore: Measurement;
}

export interface ToolFigures {
  readonly name: string;
  readonly version: string;
  readonly settings: string;
  readonly rounds: readonly RoundFigures[];
  readonly eightDays?: EightDays;
}
