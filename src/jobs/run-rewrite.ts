/** Makes snapshots anew: without what patterns leave out, with another host or time. */
import { ObhutError } from "../base/errors.ts";
import { type Finding, isIncomplete } from "../base/finding-codes.ts";
import { shortId } from "../base/ids.ts";
import { requirePathPattern } from "../base/path-pattern.ts";
import { localZone } from "../base/time-zone.ts";
import type { Destination } from "../plans/destination.ts";
import { failureReason } from "../repository/failure-reason.ts";
import { timeTextIn } from "../repository/format/time-text.ts";
import { loadIndex } from "../repository/load-index.ts";
import { exclusion } from "../repository/rewrite/exclusion.ts";
import { type RewriteResult, rewriteSnapshots } from "../repository/rewrite/rewrite-snapshots.ts";
import { loadSnapshots } from "../repository/snapshots.ts";
import { chooseSnapshots, type SnapshotsChoice } from "./choose-snapshots.ts";
import { holdLock } from "./hold-lock.ts";
import { type JobWatch, noting } from "./job-event.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface RunRewriteOptions {
  readonly repository: Destination;
  readonly snapshots: SnapshotsChoice;
  /** Patterns as people write them. */
  readonly excludes: readonly string[];
  /** The same, whatever the case of letters. */
  readonly insensitiveExcludes: readonly string[];
  readonly newHost: string | undefined;
  readonly newTimeMs: number | undefined;
  /** The new ones take the place of the old ones. */
  readonly forget: boolean;
  readonly dryRun: boolean;
}

export interface RewriteSummary extends RewriteResult {
  readonly location: string;
  readonly dryRun: boolean;
  readonly tookMs: number;
  readonly incomplete: boolean;
}

/** Takes a shared lock, with `forget` an exclusive one, as restic does; a dry run none. USAGE for a pattern whose brackets do not close. */
export async function runRewrite(options: RunRewriteOptions, parts: Parts, watch: JobWatch): Promise<RewriteSummary> {
  const startedMs = parts.clock.monotonicMs();
  const { forget, dryRun, newTimeMs } = options;
  const leavesOut = exclusionOf(options);
  const findings: Finding[] = [];
  const emit = noting(findings, watch.emit);
  await using opened = await openDestination(options.repository, parts);
  const { repository } = opened;
  await using lock = dryRun
    ? undefined
    : await holdLock(repository, forget ? "exclusive" : "shared", { ...watch, emit });
  const signal = lock?.signal ?? watch.signal;
  const onFinding = (found: Finding): void => emit({ type: "finding", finding: found });
  const loaded = await loadSnapshots(repository, signal);
  const chosen = chooseSnapshots(loaded, options.snapshots, onFinding);
  const result = await rewriteSnapshots({
    repo: await loadIndex(repository, { signal }),
    chosen,
    present: loaded.snapshots,
    leavesOut,
    hostname: options.newHost,
    time: newTimeMs === undefined ? undefined : timeTextIn(localZone, newTimeMs),
    forget,
    dryRun,
    onFinding,
    signal,
  });
  const { location } = repository.storage;
  for (const { id, error } of result.failed) {
    const params = { location, snapshot: shortId(id), reason: failureReason(error) };
    emit({ type: "error", error: new ObhutError("SNAPSHOT_NOT_REMOVED", params), destination: location });
  }
  return {
    ...result,
    location,
    dryRun,
    tookMs: Math.round(parts.clock.monotonicMs() - startedMs),
    incomplete: result.failed.length > 0 || findings.some(isIncomplete),
  };
}

function exclusionOf({ excludes, insensitiveExcludes }: RunRewriteOptions): ReturnType<typeof exclusion> | undefined {
  if (excludes.length + insensitiveExcludes.length === 0) return undefined;
  return exclusion({
    excludes: excludes.map(requirePathPattern),
    insensitive: insensitiveExcludes.map((text) => requirePathPattern(text.toLowerCase())),
  });
}
