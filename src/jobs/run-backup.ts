/** Captures an instance once and stores it in every destination. */
import { codedError, type ObhutError } from "../base/errors.ts";
import { type Finding, isIncomplete } from "../base/finding-codes.ts";
import { snapshotRoot } from "../capture/layout.ts";
import type { Manifest } from "../capture/manifest.ts";
import type { TargetResult } from "../repository/backup/backup-options.ts";
import { type JobWatch, noting } from "./job-event.ts";
import type { OpenCopiesOptions, OpenedCopies } from "./open-copies.ts";
import { openSpool } from "./open-spool.ts";
import { type OpenedTargets, openTargets } from "./open-targets.ts";
import type { Parts } from "./parts.ts";
import { refuseOverlap } from "./refuse-overlap.ts";
import type { RunBackupOptions } from "./run-backup-options.ts";
import {
  copiesOf,
  failedCopies,
  noCounts,
  type StoredCopy,
  tellFirst,
  tellMissed,
  tellRenamed,
} from "./stored-copy.ts";

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
  readonly copies: readonly StoredCopy[];
  readonly findings: readonly Finding[];
  /** Something was not captured, or a destination failed: exit code 3. */
  readonly incomplete: boolean;
}

/**
 * Resolves when at least one destination has the capture. Errors: DESTINATION_IN_SOURCE, those of the capture (its first one ends
 * everything), and the first destination's where none could be written.
 */
export async function runBackup(options: RunBackupOptions, parts: Parts, watch: JobWatch): Promise<BackupSummary> {
  const { clock } = parts;
  const places = (options.copyDestinations ?? []).map(({ place }) => place);
  await refuseOverlap([...options.destinations, ...places], options.dataDirectory);
  const [timeMs, startedMs] = [clock.nowMs(), clock.monotonicMs()];
  const findings: Finding[] = [];
  // Done while keys are derived and locks settle.
  const deriving = Promise.withResolvers<void>();
  const engine = deriving.promise.then(() =>
    Promise.all([import("../capture/capture-instance.ts"), import("../repository/backup/backup.ts")]),
  );
  const storing = deriving.promise.then(() => import("./store-capture.ts"));
  // Where it fails, whoever stores the capture says so.
  storing.catch(() => undefined);
  const looking = storing.then(({ lookAhead }) => lookAhead(options, parts, watch.signal));
  looking.catch(() => undefined);
  const parent = { hostname: options.instance, paths: [snapshotRoot], timeMs };
  const opening: JobWatch = { ...watch, emit: noting(findings, watch.emit) };
  const { copyDestinations = [], dryRun, destinations: repositories, spool: choice } = options;
  await using copies = await copiesFor({ destinations: copyDestinations, dryRun, timeMs }, parts, opening);
  await using spool = choice && !dryRun ? await openSpool({ ...options, spool: choice }, parts, opening) : undefined;
  const wanted = { ...options, parent, onDeriving: deriving.resolve, spool };
  await using targets = await openTargets(wanted, parts, opening);
  if (targets.opened.length + copies.opened.length === 0) throw [...targets.failed, ...copies.failed][0]?.error;
  // No key is derived where there is no repository.
  if (repositories.length === 0 || targets.opened.length === 0) deriving.resolve();
  tellFirst(copies, opening);
  const signal = AbortSignal.any([watch.signal, ...targets.signals]);
  const context = {
    targets,
    copies,
    ahead: await looking,
    room: spool?.room,
    findings,
    signal,
    timeMs,
    emit: watch.emit,
  };
  const { storeCapture } = await storing;
  const { results, manifest, ...made } = await storeCapture(await engine, options, parts, context);
  const destinations = storedDestinations(results, targets);
  const storedCopies = [
    ...copiesOf(made.copies, copies),
    ...failedCopies([...made.failedCopies, ...copies.failed], options),
  ];
  const all = [...destinations, ...storedCopies];
  const firstError = all.find(({ error }) => error !== undefined)?.error;
  if (firstError !== undefined && all.every(({ error }) => error !== undefined)) throw firstError;
  for (const { error, location } of all) {
    if (error !== undefined) watch.emit({ type: "error", error, destination: location });
  }
  tellRenamed(made.copies, opening);
  tellMissed(made.copies, opening);
  return {
    dryRun,
    instance: options.instance,
    dataDirectory: options.dataDirectory,
    manifest,
    tookMs: Math.round(clock.monotonicMs() - startedMs),
    ...countsOf(results, storedCopies),
    destinations,
    copies: storedCopies,
    findings,
    incomplete: findings.some(isIncomplete) || firstError !== undefined,
  };
}

/** What opens them is loaded only where there are any. */
async function copiesFor(options: OpenCopiesOptions, parts: Parts, watch: JobWatch): Promise<OpenedCopies> {
  if (options.destinations.length === 0)
    return { opened: [], failed: [], [Symbol.asyncDispose]: async () => undefined };
  const { openCopies } = await import("./open-copies.ts");
  return await openCopies(options, parts, watch);
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

/** Counts of files are those of the first destination that was stored; parents may differ between them. */
function countsOf(
  results: readonly TargetResult[],
  copies: readonly StoredCopy[],
): { files: number; bytes: number; filesUnchanged: number } {
  const stored = results.find((result) => result.kind === "stored");
  if (stored === undefined) {
    const { filesWritten, bytesWritten, filesKept, bytesKept } = copies.find(({ error }) => !error)?.counts ?? noCounts;
    return { files: filesWritten + filesKept, bytes: bytesWritten + bytesKept, filesUnchanged: filesKept };
  }
  const { total_files_processed = 0, total_bytes_processed = 0, files_unmodified = 0 } = stored.summary;
  return { files: total_files_processed, bytes: total_bytes_processed, filesUnchanged: files_unmodified };
}
