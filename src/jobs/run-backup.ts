/** Captures an instance once and stores it in every destination. */
import { isObhutError, ObhutError, reasonOf } from "../base/errors.ts";
import { type Finding, isIncomplete } from "../base/finding-codes.ts";
import type { CaptureOptions } from "../capture/capture-options.ts";
import { snapshotRoot } from "../capture/layout.ts";
import type { Manifest } from "../capture/manifest.ts";
import { parts as allParts, type Part } from "../openwebui/parts.ts";
import type { Destination } from "../plans/destination.ts";
import type { TargetResult } from "../repository/backup/backup-options.ts";
import { BackupProgressReport } from "./backup-progress.ts";
import type { Emit } from "./job-event.ts";
import { commonManifest, type OpenedTargets, openTargets } from "./open-targets.ts";
import type { Environment, Parts } from "./parts.ts";
import { programVersion } from "./program-version.ts";
import { scratchParent } from "./scratch-folder.ts";

export interface RunBackupOptions {
  /** Absolute path. */
  readonly dataDirectory: string;
  readonly destinations: readonly Destination[];
  readonly instance: string;
  readonly tags: readonly string[];
  /** Empty: all of them. */
  readonly parts: readonly Part[];
  readonly excludes: readonly string[];
  readonly envFile: string | undefined;
  readonly secretKeyFile: string | undefined;
  /** The environment that the app is known to run with (Docker). */
  readonly appEnvironment?: Environment;
  readonly auditLog: boolean;
  readonly forceLive: boolean;
  readonly dryRun: boolean;
}

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

interface Watch {
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/**
 * Resolves when at least one destination has the snapshot. Errors: those of the capture (its first one ends everything), and the first
 * destination's where none could be written.
 */
export async function runBackup(options: RunBackupOptions, parts: Parts, watch: Watch): Promise<BackupSummary> {
  const { clock } = parts;
  const [timeMs, startedMs] = [clock.nowMs(), clock.monotonicMs()];
  const findings: Finding[] = [];
  const onFinding = (found: Finding): void => {
    findings.push(found);
    watch.emit({ type: "finding", finding: found });
  };
  // Loaded while keys are derived and locks settle.
  const engine = Promise.all([import("../capture/capture-instance.ts"), import("../repository/backup/backup.ts")]);
  const parent = { hostname: options.instance, paths: [snapshotRoot], timeMs };
  await using targets = await openTargets({ ...options, parent }, parts, watch);
  const signal = AbortSignal.any([watch.signal, ...targets.signals]);
  const context = { targets, onFinding, signal, timeMs, emit: watch.emit };
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

type Engine = readonly [
  typeof import("../capture/capture-instance.ts"),
  typeof import("../repository/backup/backup.ts"),
];

interface StoreContext extends CaptureContext {
  readonly timeMs: number;
  readonly emit: Emit;
}

async function storeCapture(
  [{ captureInstance }, { backup }]: Engine,
  options: RunBackupOptions,
  parts: Parts,
  context: StoreContext,
): Promise<{ readonly results: readonly TargetResult[]; readonly manifest: Manifest }> {
  const { targets, onFinding, signal, timeMs } = context;
  const { username, uid, gid } = parts.actor;
  using progress = new BackupProgressReport(options.dataDirectory, partSet(options.parts), context.emit);
  const capture = captureInstance(captureOptions(options, parts, context));
  // Where the capture fails, the stream of entries says so to the engine.
  capture.manifest.catch(() => undefined);
  const stored = await backup({
    targets: targets.opened.map(({ target }) => target),
    entries: capture.entries,
    hostname: options.instance,
    username,
    uid,
    gid,
    tags: options.tags,
    paths: [snapshotRoot],
    excludes: options.excludes,
    programVersion: `obhut ${programVersion()}`,
    timeMs,
    dryRun: options.dryRun,
    onProgress: (done) => progress.tell(done),
    onFinding,
    signal,
  });
  return { results: stored.targets, manifest: await capture.manifest };
}

interface CaptureContext {
  readonly targets: OpenedTargets;
  readonly onFinding: (found: Finding) => void;
  readonly signal: AbortSignal;
}

function captureOptions(
  options: RunBackupOptions,
  { clock, env }: Parts,
  { targets, onFinding, signal }: CaptureContext,
): CaptureOptions {
  const parent = commonManifest(targets.opened);
  return {
    dataDir: options.dataDirectory,
    clock,
    programVersion: programVersion(),
    scratchParent: scratchParent(env, options.dataDirectory),
    parts: partSet(options.parts),
    excludes: options.excludes,
    includeAudit: options.auditLog,
    force: options.forceLive,
    ...(parent === undefined ? {} : { parent }),
    ...(options.envFile === undefined ? {} : { envFile: options.envFile }),
    ...(options.secretKeyFile === undefined ? {} : { secretKeyFile: options.secretKeyFile }),
    environment: environmentMap(env),
    ...(options.appEnvironment === undefined ? {} : { appEnvironment: environmentMap(options.appEnvironment) }),
    onFinding,
    signal,
  };
}

function environmentMap(variables: Environment): ReadonlyMap<string, string> {
  return new Map(Object.entries(variables).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function partSet(chosen: readonly Part[]): ReadonlySet<Part> {
  return new Set(chosen.length === 0 ? allParts : chosen);
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
