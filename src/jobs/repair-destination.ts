/** A repository under the lock that repairing it needs. */
import type { Finding } from "../base/finding-codes.ts";
import { isIncomplete } from "../base/finding-codes.ts";
import type { Destination } from "../plans/destination.ts";
import type { Repository } from "../repository/repository.ts";
import { holdLock } from "./hold-lock.ts";
import type { JobWatch } from "./job-event.ts";
import { lockForReading } from "./lock-for-reading.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface RepairCall {
  readonly repository: Destination;
  /** Nothing is written, so that a shared lock will do. */
  readonly dryRun: boolean;
}

export interface RepairOutcome {
  readonly dryRun: boolean;
  readonly location: string;
  /** Something is wrong still. */
  readonly incomplete: boolean;
  readonly tookMs: number;
}

/**
 * What `work` gives, its findings told, and how it ended. Nothing comes from a cache: it is the place itself that is repaired.
 * REPOSITORY_LOCKED where anybody else works on the repository.
 */
export async function repairDestination<Result extends { readonly findings: readonly Finding[] }>(
  { repository: destination, dryRun }: RepairCall,
  parts: Parts,
  watch: JobWatch,
  work: (repository: Repository, signal: AbortSignal) => Promise<Result>,
): Promise<Omit<Result, "findings"> & RepairOutcome> {
  const startedMs = parts.clock.monotonicMs();
  await using opened = await openDestination(destination, parts, { cache: false });
  const { repository } = opened;
  await using lock = await (dryRun ? lockForReading(repository, watch) : holdLock(repository, "exclusive", watch));
  if ("taken" in lock) await lock.taken;
  const { findings, ...result } = await work(repository, lock.signal);
  for (const found of findings) watch.emit({ type: "finding", finding: found });
  return {
    ...result,
    dryRun,
    location: repository.storage.location,
    incomplete: findings.some(isIncomplete),
    tookMs: Math.round(parts.clock.monotonicMs() - startedMs),
  };
}

/** Progress of a repair: packs or snapshots count as files. */
export function repairProgress({ emit }: JobWatch): (done: number, total: number) => void {
  return (filesDone, filesTotal) => emit({ type: "status", phase: "repair", filesDone, filesTotal, bytesDone: 0 });
}
