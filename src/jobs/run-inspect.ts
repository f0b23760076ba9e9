/** Says what a data directory holds, without storing anything. */
import { isIncomplete } from "../base/finding-codes.ts";
import { type Inspection, inspectInstance } from "../capture/inspect-instance.ts";
import { askedSurroundings } from "./asked-surroundings.ts";
import type { JobWatch } from "./job-event.ts";
import type { Parts } from "./parts.ts";
import { scratchParent } from "./scratch-folder.ts";

export interface RunInspectOptions {
  /** Absolute path. */
  readonly dataDirectory: string;
  readonly envFile: string | undefined;
  readonly secretKeyFile: string | undefined;
  readonly forceLive: boolean;
  readonly cold: boolean;
}

export interface InspectSummary {
  readonly inspection: Inspection;
  readonly files: number;
  readonly bytes: number;
  /** Of these, what a backup would capture. */
  readonly capturedBytes: number;
  /** A part of the instance lies elsewhere or could not be looked into. */
  readonly incomplete: boolean;
}

export async function runInspect(
  options: RunInspectOptions,
  { clock, env }: Parts,
  { emit, signal }: JobWatch,
): Promise<InspectSummary> {
  const inspection = await inspectInstance({
    ...askedSurroundings(options, env),
    clock,
    scratchParent: scratchParent(env, options.dataDirectory),
    force: options.forceLive,
    cold: options.cold,
    signal,
  });
  for (const found of inspection.findings) emit({ type: "finding", finding: found });
  const sum = (items: Inspection["items"]): number => items.reduce((total, { bytes }) => total + bytes, 0);
  return {
    inspection,
    files: inspection.items.reduce((total, { files }) => total + files, 0),
    bytes: sum(inspection.items),
    capturedBytes: sum(inspection.items.filter(({ leftOut }) => leftOut === undefined)),
    incomplete: inspection.findings.some(isIncomplete),
  };
}
