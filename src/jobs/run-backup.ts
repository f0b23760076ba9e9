/** Captures an instance once and stores it in every destination. */
import { isObhutError, ObhutError, reasonOf } from "../base/errors.ts";
import { type Finding, isIncomplete } from "../base/finding-codes.ts";
import { snapshotRoot } from "../capture/layout.ts";
import type { Manifest } from "../capture/manifest.ts";
import { readSourceFolder } from "../capture/source-folder.ts";
import type { TargetResult } from "../repository/backup/backup-options.ts";
import { type JobWatch, noting } from "./job-event.ts";
import { openSpool } from "./open-spool.ts";
import { type OpenedTargets, openTargets } from "./open-targets.ts";
import type { Parts } from "./parts.ts";
import { refuseOverlap } from "./refuse-overlap.ts";
import type { RunBackupOptions } from "./run-backup-options.ts";
import { storeCapture } from "./store-capture.ts";

export interface StoredDestination {
  readonly location: string;
  /** Undefined in a dry run, and where it failed. */
  readonly snapshot: string | undefined;
  readonly parent: string | undefined;
  /** Bytes that were new, before compression; what they take in the repository. */
  readonly bytesAdded: number;
  readonly bytesStored: number;
  readonly error: ObhutError | undefined;
}

export interface BackupSummary {
  readonly dryRun: boolean;
  readonly instance: string;
  readonly dataDirectory: string;
  readonly manifest: Manifest;
  readonly tookMs: number;
  readonly files: number;
  readonly bytes: number;
  readonly filesUnchanged: number;
  readonly destinations: readonly StoredDestination[];
  readonly findings: readonly Finding[];
  /** Something was not captured, or a destination failed: exit code 3. */
  readonly incomplete: boolean;
}

/**
 * Resolves when at least one destination has the snapshot. Errors: DESTINATION_IN_SOURCE, those of the capture (its first one ends
 * everything), and the first destination's where none could be written.
 */
export async function runBackup(options: RunBackupOptions, parts: Parts, watch: JobWatch): Promise<BackupSummary> {
  const { clock } = parts;
  await refuseOverlap(options.destinations, options.dataDirectory);
  const [timeMs, startedMs] = [clock.nowMs(), clock.monotonicMs()];
  const findings: Finding[] = [];
  // Done while keys are derived and locks settle.
  const deriving = Promise.withResolvers<void>();
  const engine = deriving.promise.then(() =>
    Promise.all([import("../capture/capture-instance.ts"), import("../repository/backup/backup.ts")]),
  );
  const folder = deriving.promise.then(() => readSourceFolder(options.dataDirectory, watch.signal));
  // Who opens the capture gets the error there.
  folder.catch(() => undefined);
  const parent = { hostname: options.instance, paths: [snapshotRoot], timeMs };
  const opening: JobWatch = { ...watch, emit: noting(findings, watch.emit) };
  const { dryRun, spool: choice } = options;
  await using spool = choice && !dryRun ? await openSpool({ ...options, spool: choice }, parts, opening) : undefined;
  const wanted = { ...options, parent, onDeriving: deriving.resolve, spool };
  await using targets = await openTargets(wanted, parts, opening);
  const signal = AbortSignal.any([watch.signal, ...targets.signals]);
  const context = { targets, folder, room: spool?.room, findings, signal, timeMs, emit: watch.emit };
  const { results, manifest } = await storeCapture(await engine, options, parts, context);
  const destinations = storedDestinations(results, targets);
  for (const { error, location } of destinations) {
    if (error !== undefined) watch.emit({ type: "error", error, destination: location });
  }
  return {
    dryRun: options.dryRun,
    instance: options.instance,
    dataDirectory: options.dataDirectory,
    manifest,
    tookMs: Math.round(clock.monotonicMs() - startedMs),
    ...countsOf(results),
    destinations,
    findings,
    incomplete: findings.some(isIncomplete) || destinations.some(({ error }) => error !== undefined),
  };
}

function storedDestinations(results: readonly TargetResult[], { opened, failed }: OpenedTargets): StoredDestination[] {
  const none = { snapshot: undefined, parent: undefined, bytesAdded: 0, bytesStored: 0 };
  const stored = results.map((result, index) => {
    const { location } = result;
    if (result.kind === "failed") return { location, ...none, error: codedError(result.error) };
    const { summary, snapshot } = result;
    return {
      location,
      snapshot,
      parent: opened[index]?.target.parent?.id,
      bytesAdded: summary.data_added,
      bytesStored: summary.data_added_packed,
      error: undefined,
    };
  });
  return [...stored, ...failed.map(({ location, error }) => ({ location, ...none, error }))];
}

function codedError(error: Error): ObhutError {
  return isObhutError(error) ? error : new ObhutError("INTERNAL", { reason: reasonOf(error) }, { cause: error });
}

/** Counts of files are those of the first destination that was stored; parents may differ between them. */
function countsOf(results: readonly TargetResult[]): { files: number; bytes: number; filesUnchanged: number } {
  const stored = results.find((result) => result.kind === "stored");
  const { total_files_processed = 0, total_bytes_processed = 0, files_unmodified = 0 } = stored?.summary ?? {};
  return { files: total_files_processed, bytes: total_bytes_processed, filesUnchanged: files_unmodified };
}
