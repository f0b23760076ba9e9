/** One capture on its way into the repositories; begun anew where the app itself broke into it. */
import { isObhutError } from "../base/errors.ts";
import { type Finding, finding } from "../base/finding-codes.ts";
import { limits } from "../base/limits.ts";
import type { CaptureOptions } from "../capture/capture-options.ts";
import { snapshotRoot } from "../capture/layout.ts";
import type { Manifest } from "../capture/manifest.ts";
import { readSourceFolder, type SourceFolder } from "../capture/source-folder.ts";
import { lookAround, type Surroundings } from "../capture/surroundings.ts";
import { parts as allParts, type Part } from "../openwebui/parts.ts";
import type { CopyResult } from "../plain/write/copy-channel.ts";
import type { BackupOptions, TargetResult } from "../repository/backup/backup-options.ts";
import type { SpoolRoom } from "../storage/wrap/spool-room.ts";
import { askedSurroundings } from "./asked-surroundings.ts";
import { BackupProgressReport } from "./backup-progress.ts";
import { defaultCopyChoices } from "./copy-choices.ts";
import { HoldPatience, SpoolFilledError } from "./hold-patience.ts";
import { type Emit, noting } from "./job-event.ts";
import type { FailedOpening } from "./open-all.ts";
import { manifestOf, type OpenedCopies } from "./open-copies.ts";
import { commonManifest, type OpenedTargets } from "./open-targets.ts";
import type { Parts } from "./parts.ts";
import { programVersion } from "./program-version.ts";
import type { RunBackupOptions } from "./run-backup-options.ts";
import { scratchParent } from "./scratch-folder.ts";
import { storeCopies } from "./store-copies.ts";

type Engine = readonly [
  typeof import("../capture/capture-instance.ts"),
  typeof import("../repository/backup/backup.ts"),
];

interface StoreContext {
  readonly targets: OpenedTargets;
  readonly copies: OpenedCopies;
  /** Seen while the destinations were opened; for the first try. */
  readonly ahead: LookedAhead;
  readonly signal: AbortSignal;
  readonly timeMs: number;
  readonly emit: Emit;
  /** Where packs wait for slow places, if anywhere. */
  readonly room?: SpoolRoom | undefined;
  /** Takes what is found; what an abandoned capture found does not stay. */
  readonly findings: Finding[];
}

/** `fresh`: what was looked at when the destinations were opened is still good. */
type OneTry = Omit<StoreContext, "ahead"> & {
  readonly ahead: LookedAhead | undefined;
  readonly fresh: boolean;
  readonly holds: HoldPatience | undefined;
};

/** What of a capture needs no destination. */
export interface LookedAhead {
  readonly folder: Promise<SourceFolder>;
  readonly around: Promise<Surroundings>;
}

interface StoredCapture {
  readonly results: readonly TargetResult[];
  readonly copies: readonly CopyResult[];
  /** Copies that could not be begun. */
  readonly failedCopies: readonly FailedOpening[];
  readonly manifest: Manifest;
}

/**
 * Nobody held the database that an app just began to write to, or the process that held it is gone: no snapshot was written, and a
 * second look finds the app at work. Or the spool was full for so long that the database was let go. The packs of the first are taken over.
 */
export async function storeCapture(
  engine: Engine,
  options: RunBackupOptions,
  parts: Parts,
  context: StoreContext,
): Promise<StoredCapture> {
  const { findings, emit, room, signal } = context;
  const found = findings.length;
  const tries = { broken: 0, filled: 0 };
  for (let fresh = true; ; fresh = false) {
    // At last the database is held for as long as it takes.
    const patient = room !== undefined && tries.filled < limits.spoolTries;
    using holds = patient ? new HoldPatience(room, parts.clock, signal) : undefined;
    try {
      const once = { ...context, holds, ...(fresh ? { fresh } : { ahead: undefined, fresh }) };
      return await storeOnce(engine, options, parts, once);
    } catch (error) {
      const again = whyAnew(error, options, room);
      if (again === undefined) throw error;
      if (again.code === "SPOOL_FILLED") tries.filled += 1;
      else if (++tries.broken === limits.captureTries) throw error;
      findings.length = found;
      findings.push(again);
      emit({ type: "finding", finding: again });
      if (again.code === "SPOOL_FILLED") await room?.roomFor(Number.POSITIVE_INFINITY, signal);
    }
  }
}

/** Undefined where a second try would do no better. */
function whyAnew(error: unknown, { dataDirectory }: RunBackupOptions, room?: SpoolRoom): Finding | undefined {
  if (isObhutError(error, "DATABASE_CHANGED") || isObhutError(error, "DATABASE_HOLD_LOST")) {
    return finding("CAPTURE_BEGUN_ANEW", { path: error.params.path });
  }
  if (!(error instanceof SpoolFilledError) || room === undefined) return undefined;
  return finding("SPOOL_FILLED", { path: dataDirectory, sizeBytes: room.maxBytes, seconds: limits.spoolHoldMs / 1000 });
}

async function storeOnce(
  [{ captureInstance }, { backup }]: Engine,
  options: RunBackupOptions,
  parts: Parts,
  context: OneTry,
): Promise<StoredCapture> {
  const { targets, copies, findings, timeMs, emit, holds } = context;
  const signal = holds === undefined ? context.signal : AbortSignal.any([context.signal, holds.filled]);
  const onFinding = (found: Finding): void => noting(findings, emit)({ type: "finding", finding: found });
  using progress = new BackupProgressReport(options.dataDirectory, partSet(options.parts), {
    emit,
    waiting: () => context.room?.usedBytes ?? 0,
  });
  const capture = captureInstance(captureOptions(options, parts, { ...context, onFinding, signal }));
  // Where the capture fails, the stream of entries says so to the engine.
  capture.manifest.catch(() => undefined);
  const request = backupRequest(options, parts, { ...context, signal, onFinding, progress });
  if (copies.opened.length === 0) {
    const stored = await backup({ ...request, entries: capture.entries });
    return { results: stored.targets, copies: [], failedCopies: [], manifest: await capture.manifest };
  }
  const onFile = progress.counting(targets.opened.length === 0);
  const stored = await storeCopies(
    { options, parts, opened: copies.opened, capture, timeMs, onFinding, onFile, signal: context.signal },
    targets.opened.length === 0 ? undefined : (entries) => backup({ ...request, entries }),
  );
  return {
    results: repositoryResults(stored.stored, targets),
    copies: stored.copies,
    failedCopies: stored.failed,
    manifest: stored.manifest,
  };
}

/** Where no repository got the snapshot, each of them failed of the same. */
function repositoryResults(
  stored: PromiseSettledResult<{ readonly targets: readonly TargetResult[] } | undefined>,
  { opened }: OpenedTargets,
): readonly TargetResult[] {
  if (stored.status === "fulfilled") return stored.value?.targets ?? [];
  const error = stored.reason instanceof Error ? stored.reason : new Error(String(stored.reason));
  return opened.map(({ target }) => ({ kind: "failed", location: target.repository.storage.location, error }));
}

interface RequestContext extends OneTry {
  readonly onFinding: (found: Finding) => void;
  readonly progress: BackupProgressReport;
}

function backupRequest(
  options: RunBackupOptions,
  { actor }: Parts,
  { targets, fresh, signal, timeMs, onFinding, progress }: RequestContext,
): Omit<BackupOptions, "entries"> {
  const { username, uid, gid } = actor;
  return {
    targets: targets.opened.map(({ target: { packs, ...rest } }) => (fresh && packs ? { ...rest, packs } : rest)),
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
  };
}

/** Begun while keys are derived and locks settle. Who captures gets the errors. */
export function lookAhead(options: RunBackupOptions, { env }: Parts, signal: AbortSignal): LookedAhead {
  const ahead = {
    folder: readSourceFolder(options.dataDirectory, signal),
    around: lookAround(askedSurroundings(options, env)),
  };
  for (const begun of Object.values(ahead)) begun.catch(() => undefined);
  return ahead;
}

interface CaptureContext {
  readonly targets: OpenedTargets;
  readonly copies: OpenedCopies;
  readonly ahead: LookedAhead | undefined;
  readonly onFinding: (found: Finding) => void;
  readonly signal: AbortSignal;
  readonly holds: HoldPatience | undefined;
}

function captureOptions(
  options: RunBackupOptions,
  { clock, env }: Parts,
  { targets, copies, ahead, onFinding, signal, holds }: CaptureContext,
): CaptureOptions {
  const ofCopies = copies.opened.map((copy) => ({ manifest: manifestOf(copy, options.copies ?? defaultCopyChoices) }));
  const parent = commonManifest([...targets.opened, ...ofCopies]);
  return {
    ...askedSurroundings(options, env),
    ...ahead,
    clock,
    programVersion: programVersion(),
    scratchParent: scratchParent(env, options.dataDirectory),
    parts: partSet(options.parts),
    excludes: options.excludes,
    includeAudit: options.auditLog,
    force: options.forceLive,
    cold: options.cold === true,
    ...(parent === undefined ? {} : { parent }),
    deploymentFiles: options.deploymentFiles,
    ...(holds === undefined ? {} : { holds }),
    onFinding,
    signal,
  };
}

function partSet(chosen: readonly Part[]): ReadonlySet<Part> {
  return new Set(chosen.length === 0 ? allParts : chosen);
}
