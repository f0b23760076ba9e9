/** Captures an instance once and stores it in every destination. */
import { displayPath } from "../base/byte-path.ts";
import { isObhutError, ObhutError, reasonOf } from "../base/errors.ts";
import { type Finding, isIncomplete } from "../base/finding-codes.ts";
import type { CaptureOptions } from "../capture/capture-options.ts";
import { snapshotRoot } from "../capture/layout.ts";
import type { Manifest } from "../capture/manifest.ts";
import { parts as allParts, type Part } from "../openwebui/parts.ts";
import type { Destination } from "../plans/destination.ts";
import type { TargetResult } from "../repository/backup/backup-options.ts";
import { type EstimatedSize, estimateSize } from "./estimate-size.ts";
import type { Emit } from "./job-event.ts";
import { commonManifest, type OpenedTargets, openTargets } from "./open-targets.ts";
import type { Parts } from "./parts.ts";
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
  /** The environment that the app is known to run with, where it is (Docker); else Obhut's own. */
  readonly appEnvironment?: Readonly<Record<string, string | undefined>>;
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
  const parent = { hostname: options.instance, paths: [snapshotRoot], timeMs };
  // Loaded while keys are derived and locks settle.
  const loading = Promise.all([import("../capture/capture-instance.ts"), import("../repository/backup/backup.ts")]);
  await using targets = await openTargets({ ...options, parent }, parts, watch);
  for (const { error, location } of targets.failed) watch.emit({ type: "error", error, destination: location });

  watch.emit({ type: "status", phase: "capture", filesDone: 0, bytesDone: 0 });
  using progress = new BackupProgressReport(options, watch);
  const signal = AbortSignal.any([watch.signal, ...targets.signals]);
  const [{ captureInstance }, { backup }] = await loading;
  const capture = captureInstance(captureOptions(options, parts, { targets, onFinding, signal }));
  capture.manifest.catch(() => undefined);
  const { actor } = parts;
  const { targets: results } = await backup({
    targets: targets.opened.map(({ target }) => target),
    entries: capture.entries,
    hostname: options.instance,
    username: actor.username,
    uid: actor.uid,
    gid: actor.gid,
    tags: options.tags,
    paths: parent.paths,
    excludes: options.excludes,
    programVersion: `obhut ${programVersion()}`,
    timeMs,
    dryRun: options.dryRun,
    onProgress: ({ current, ...rest }) => progress.tell({ ...rest, current: displayPath(current) }),
    onFinding,
    signal,
  });
  const destinations = storedDestinations(results, targets);
  for (const { error, location } of destinations.slice(0, results.length)) {
    if (error !== undefined) watch.emit({ type: "error", error, destination: location });
  }
  const { files, bytes, filesUnchanged } = countsOf(results);
  const incomplete = findings.some(isIncomplete) || destinations.some(({ error }) => error !== undefined);
  return {
    dryRun: options.dryRun,
    instance: options.instance,
    dataDirectory: options.dataDirectory,
    manifest: await capture.manifest,
    tookMs: Math.round(clock.monotonicMs() - startedMs),
    files,
    bytes,
    filesUnchanged,
    destinations,
    findings,
    incomplete,
  };
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
  const environment = Object.entries({ ...env, ...options.appEnvironment });
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
    environment: new Map(environment.filter((pair): pair is [string, string] => pair[1] !== undefined)),
    onFinding,
    signal,
  };
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

/** Only a run that takes longer than this is worth looking ahead for. */
const estimateAfterMs = 1_000;

/** Progress with totals, once they are known. */
class BackupProgressReport implements Disposable {
  readonly #emit: Emit;
  readonly #ended = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #total: EstimatedSize | undefined;

  constructor(options: RunBackupOptions, { emit }: Watch) {
    this.#emit = emit;
    this.#timer = setTimeout(() => {
      estimateSize(options.dataDirectory, partSet(options.parts), this.#ended.signal).then(
        (total) => {
          this.#total = total;
        },
        () => undefined,
      );
    }, estimateAfterMs);
  }

  tell(progress: { filesDone: number; bytesDone: number; bytesStored: number; current: string }): void {
    const total = this.#total;
    this.#emit({ type: "status", phase: "store", ...progress, filesTotal: total?.files, bytesTotal: total?.bytes });
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#ended.abort();
  }
}
