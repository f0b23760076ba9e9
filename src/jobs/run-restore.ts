/** Brings a snapshot back as a data directory, and proves what it wrote. */
import { join } from "node:path";
import type { BytePath } from "../base/byte-path.ts";
import { ObhutError } from "../base/errors.ts";
import { type Finding, finding, isIncomplete } from "../base/finding-codes.ts";
import { snapshotData } from "../capture/layout.ts";
import type { Manifest } from "../capture/manifest.ts";
import { findAppProcess } from "../openwebui/app-process.ts";
import { mainDatabase, type Part, sideFileOf } from "../openwebui/parts.ts";
import type { Destination } from "../plans/destination.ts";
import { loadIndex } from "../repository/load-index.ts";
import type { IndexedRepository } from "../repository/repository.ts";
import { planRestore } from "../repository/restore/plan-restore.ts";
import { restore } from "../repository/restore/restore.ts";
import type { RestorePlan } from "../repository/restore/restore-plan.ts";
import { neededBytes, requireFolder, requireSpace } from "../repository/restore/target-folder.ts";
import type { SnapshotLabel, StoredSnapshot } from "../repository/snapshots.ts";
import { treeAt } from "../repository/walk-tree.ts";
import { findStoredSnapshot, type SnapshotChoice } from "./find-stored-snapshot.ts";
import { readWhileTaking } from "./hold-lock.ts";
import { type JobPhase, type JobWatch, noting } from "./job-event.ts";
import { readManifest } from "./load-target.ts";
import { lockForReading } from "./lock-for-reading.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";
import {
  type CheckedDatabase,
  checkPlannedDatabases,
  type ProvenDatabases,
  proveDatabases,
} from "./prove-databases.ts";
import { choosePaths } from "./restore-patterns.ts";
import { type RestoredSecrets, restoreSecrets } from "./restore-secrets.ts";

export interface RunRestoreOptions {
  readonly repository: Destination;
  readonly snapshot: SnapshotChoice;
  /** Absolute path. */
  readonly target: string;
  /** Empty: all of them. */
  readonly parts: readonly Part[];
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  readonly overwrite: boolean;
  /** Where the app will see the target; undefined: rows stay as they are. */
  readonly dataPath: string | undefined;
  /** Absolute path of the folder for keys; undefined: they stay in the snapshot. */
  readonly secretsFolder: string | undefined;
  readonly dryRun: boolean;
  /** Reads every file back and has every database checked. Without it each piece is proven as it comes out of the repository, and a new target is left to the system to bring to the disk. */
  readonly verify: boolean;
}

export interface RestoreSummary {
  readonly dryRun: boolean;
  readonly location: string;
  readonly snapshot: SnapshotLabel;
  /** Undefined where another program made the snapshot. */
  readonly manifest: Manifest | undefined;
  readonly target: string;
  readonly dataPath: string | undefined;
  readonly files: number;
  readonly bytes: number;
  /** Files that were read back and found to be what was stored; 0 in a dry run, and without `verify`. */
  readonly verifiedFiles: number;
  readonly databases: ProvenDatabases;
  readonly secrets: RestoredSecrets;
  readonly tookMs: number;
  readonly incomplete: boolean;
}

/** Errors: those of findStoredSnapshot, TARGET_NO_FOLDER, TARGET_NOT_EMPTY, TARGET_NO_SPACE, TARGET_IN_USE, and those of the repository. */
export async function runRestore(options: RunRestoreOptions, parts: Parts, watch: JobWatch): Promise<RestoreSummary> {
  const startedMs = parts.clock.monotonicMs();
  const findings: Finding[] = [];
  const emit = noting(findings, watch.emit);
  const { target, dryRun } = options;
  await requireFolder(target, options.overwrite);
  if (options.overwrite) await refuseInUse(target);
  await using opened = await openDestination(options.repository, parts);
  await using lock = await lockForReading(opened.repository, { emit, signal: watch.signal });
  const inner: JobWatch = { emit, signal: lock.signal };
  emit({ type: "status", phase: "plan", filesDone: 0, bytesDone: 0 });
  const { repository, snapshot, manifest, plan } = await readWhileTaking(lock, async () => {
    const snapshot = await findStoredSnapshot(opened.repository, options.snapshot, inner);
    const repository = await loadIndex(opened.repository, inner);
    const manifest = await readManifest(repository, snapshot, lock.signal);
    const plan = await planFor(options, { repository, snapshot, signal: lock.signal });
    return { repository, snapshot, manifest, plan };
  });
  await lock.taken;
  tellNothingChosen(options, plan.files.length, emit);
  if (dryRun) {
    // With --overwrite much may lie there already: the restore itself looks at what is missing.
    if (!options.overwrite) await requireSpace(target, neededBytes(plan));
    for (const found of plan.findings) emit({ type: "finding", finding: found });
  }
  const checked = dryRun ? [] : await writePlan(plan, options, { repository, watch: inner });
  const secrets = await restoreSecrets({
    repository,
    snapshot,
    folder: dryRun ? undefined : options.secretsFolder,
    watch: inner,
  });
  const databases = proveDatabases({ databases: checked, options, manifest, emit });
  return {
    dryRun,
    location: repository.storage.location,
    snapshot,
    manifest,
    target,
    dataPath: options.dataPath,
    files: plan.files.length + plan.hardLinks.length,
    bytes: plan.totalBytes,
    verifiedFiles:
      dryRun || !options.verify
        ? 0
        : plan.files.length -
          findings.filter(({ code }) => code === "FILE_RESTORED_WRONG" || code === "FILE_NOT_RESTORED").length,
    databases,
    secrets,
    tookMs: Math.round(parts.clock.monotonicMs() - startedMs),
    incomplete: findings.some(isIncomplete),
  };
}

/** What was asked for is not there: a pattern that was misspelt must not look like a restore. */
export function tellNothingChosen(
  { parts, includes, excludes }: Pick<RunRestoreOptions, "parts" | "includes" | "excludes">,
  files: number,
  emit: JobWatch["emit"],
): void {
  const chosen = parts.length + includes.length + excludes.length > 0;
  if (chosen && files === 0) emit({ type: "finding", finding: finding("NOTHING_CHOSEN", {}) });
}

/** TARGET_IN_USE: an app that has the database open would write its old pages into the restored one. */
export async function refuseInUse(target: string): Promise<void> {
  const holder = await findAppProcess(join(target, mainDatabase));
  if (holder === undefined) return;
  const { pid, commandLine } = holder;
  throw new ObhutError("TARGET_IN_USE", { target, pid, program: commandLine.slice(0, 3).join(" ") });
}

/** A -wal, -shm or -journal that an older database left would be played into the one that takes its place. */
function staleSideFiles(plan: RestorePlan): (path: BytePath) => boolean {
  const restored = new Set(plan.files.map(({ path }) => path));
  return (path) => {
    const database = sideFileOf(path);
    return database !== undefined && restored.has(database) && !restored.has(path);
  };
}

/** A snapshot of Obhut's becomes a data directory; another program's is taken as it is. */
async function planFor(
  { parts, includes, excludes }: RunRestoreOptions,
  { repository, snapshot, signal }: { repository: IndexedRepository; snapshot: StoredSnapshot; signal: AbortSignal },
): Promise<RestorePlan> {
  const isOurs = (await treeAt(repository, snapshot.tree, snapshotData, signal)) !== undefined;
  const paths = choosePaths(parts, includes, excludes);
  return await planRestore(repository, snapshot, { ...paths, ...(isOurs ? { subpath: snapshotData } : {}), signal });
}

const phases: Readonly<Record<"compare" | "restore" | "verify", JobPhase>> = {
  compare: "plan",
  restore: "restore",
  verify: "verify",
};

async function writePlan(
  plan: RestorePlan,
  { target, overwrite, verify }: RunRestoreOptions,
  { repository, watch }: { readonly repository: IndexedRepository; readonly watch: JobWatch },
): Promise<readonly CheckedDatabase[]> {
  const total = { filesTotal: plan.files.length, bytesTotal: plan.totalBytes };
  let checked: readonly CheckedDatabase[] = [];
  const summary = await restore(repository, plan, {
    target,
    overwrite,
    removes: staleSideFiles(plan),
    verify,
    // Who leaves out the proof is in a hurry: the disk gets it when the system brings it there, as with restic and rustic.
    durable: verify,
    whileProving: async (pathOf) => {
      checked = await checkPlannedDatabases(plan, { pathOf, verify, signal: watch.signal });
    },
    signal: watch.signal,
    onProgress: ({ phase, ...done }) => watch.emit({ type: "status", phase: phases[phase], ...done, ...total }),
  });
  for (const found of summary.findings) watch.emit({ type: "finding", finding: found });
  return checked.filter(({ relative }) => !summary.lost.has(relative));
}
