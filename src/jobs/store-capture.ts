/** One capture on its way into the repositories; begun anew where the app itself broke into it. */
import { isObhutError } from "../base/errors.ts";
import { type Finding, finding } from "../base/finding-codes.ts";
import { limits } from "../base/limits.ts";
import type { CaptureOptions } from "../capture/capture-options.ts";
import { snapshotRoot } from "../capture/layout.ts";
import type { Manifest } from "../capture/manifest.ts";
import type { SourceFolder } from "../capture/source-folder.ts";
import { parts as allParts, type Part } from "../openwebui/parts.ts";
import type { TargetResult } from "../repository/backup/backup-options.ts";
import { BackupProgressReport } from "./backup-progress.ts";
import { type Emit, noting } from "./job-event.ts";
import { commonManifest, type OpenedTargets } from "./open-targets.ts";
import type { Environment, Parts } from "./parts.ts";
import { programVersion } from "./program-version.ts";
import type { RunBackupOptions } from "./run-backup-options.ts";
import { scratchParent } from "./scratch-folder.ts";

type Engine = readonly [
  typeof import("../capture/capture-instance.ts"),
  typeof import("../repository/backup/backup.ts"),
];

interface StoreContext {
  readonly targets: OpenedTargets;
  /** Read while the destinations were opened; for the first try. */
  readonly folder: Promise<SourceFolder>;
  readonly signal: AbortSignal;
  readonly timeMs: number;
  readonly emit: Emit;
  /** Takes what is found; what an abandoned capture found does not stay. */
  readonly findings: Finding[];
}

/** `fresh`: what was looked at when the destinations were opened is still good. */
type OneTry = Omit<StoreContext, "folder"> & {
  readonly folder: StoreContext["folder"] | undefined;
  readonly fresh: boolean;
};

interface StoredCapture {
  readonly results: readonly TargetResult[];
  readonly manifest: Manifest;
}

/**
 * Nobody held the database that an app just began to write to, or the process that held it is gone: no snapshot was written, and a
 * second look finds the app at work. The packs of the first are taken over.
 */
export async function storeCapture(
  engine: Engine,
  options: RunBackupOptions,
  parts: Parts,
  context: StoreContext,
): Promise<StoredCapture> {
  const { findings, emit } = context;
  const found = findings.length;
  for (let tries = 1; ; tries++) {
    try {
      return await storeOnce(engine, options, parts, {
        ...context,
        ...(tries > 1 ? { folder: undefined, fresh: false } : { fresh: true }),
      });
    } catch (error) {
      const passes = isObhutError(error, "DATABASE_CHANGED") || isObhutError(error, "DATABASE_HOLD_LOST");
      if (!passes || tries === limits.captureTries) throw error;
      findings.length = found;
      const again = finding("CAPTURE_BEGUN_ANEW", { path: error.params.path });
      findings.push(again);
      emit({ type: "finding", finding: again });
    }
  }
}

async function storeOnce(
  [{ captureInstance }, { backup }]: Engine,
  options: RunBackupOptions,
  parts: Parts,
  context: OneTry,
): Promise<StoredCapture> {
  const { targets, folder, fresh, findings, signal, timeMs, emit } = context;
  const onFinding = (found: Finding): void => noting(findings, emit)({ type: "finding", finding: found });
  const { username, uid, gid } = parts.actor;
  using progress = new BackupProgressReport(options.dataDirectory, partSet(options.parts), emit);
  const capture = captureInstance(captureOptions(options, parts, { targets, folder, onFinding, signal }));
  // Where the capture fails, the stream of entries says so to the engine.
  capture.manifest.catch(() => undefined);
  const stored = await backup({
    targets: targets.opened.map(({ target: { packs, ...rest } }) => (fresh && packs ? { ...rest, packs } : rest)),
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
  readonly folder: Promise<SourceFolder> | undefined;
  readonly onFinding: (found: Finding) => void;
  readonly signal: AbortSignal;
}

function captureOptions(
  options: RunBackupOptions,
  { clock, env }: Parts,
  { targets, folder, onFinding, signal }: CaptureContext,
): CaptureOptions {
  const parent = commonManifest(targets.opened);
  return {
    dataDir: options.dataDirectory,
    ...(folder === undefined ? {} : { folder }),
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
    deploymentFiles: options.deploymentFiles,
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
