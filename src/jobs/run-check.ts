/** Sees whether a repository is whole. */
import { type Finding, isIncomplete } from "../base/finding-codes.ts";
import type { Destination } from "../plans/destination.ts";
import type { CheckProgress, CheckReport, ReadData } from "../repository/check/check-options.ts";
import { checkRepository } from "../repository/check/check-repository.ts";
import { extendNeeded } from "./extend-needed.ts";
import { readWhileTaking } from "./hold-lock.ts";
import { type JobWatch, noting } from "./job-event.ts";
import { lockForReading } from "./lock-for-reading.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface RunCheckOptions {
  readonly repository: Destination;
  readonly readData: ReadData;
}

export interface CheckSummary extends Omit<CheckReport, "findings"> {
  readonly location: string;
  /** What is wrong; notes do not count. */
  readonly errors: number;
  readonly tookMs: number;
}

export async function runCheck(
  { repository, readData }: RunCheckOptions,
  parts: Parts,
  { emit, signal }: JobWatch,
): Promise<CheckSummary> {
  const startedMs = parts.clock.monotonicMs();
  // What is proven is what the place holds, not copies of it.
  await using opened = await openDestination(repository, parts, { cache: false });
  await using lock = await lockForReading(opened.repository, { emit, signal });
  const checking = (): Promise<CheckReport> =>
    checkRepository(opened.repository, {
      readData,
      signal: lock.signal,
      onProgress: (progress) => emit({ type: "status", phase: "check", ...statusOf(progress) }),
    });
  const { findings: found, ...report } = await readWhileTaking(lock, checking);
  await lock.taken;
  const findings = [...found];
  const extended = noting(findings, () => undefined);
  await extendNeeded(opened.repository, { emit: extended, signal: lock.signal });
  for (const one of findings) emit({ type: "finding", finding: one });
  return {
    ...report,
    location: opened.repository.storage.location,
    errors: findings.filter((found: Finding) => isIncomplete(found)).length,
    tookMs: Math.round(parts.clock.monotonicMs() - startedMs),
  };
}

/** Packs count as files here. */
function statusOf({ phase, done, total, bytesDone, bytesTotal }: CheckProgress) {
  const totals = phase === "packs" ? { filesTotal: total, bytesTotal } : {};
  return { filesDone: phase === "packs" ? done : 0, bytesDone, ...totals };
}
