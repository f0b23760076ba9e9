/** Brings a plain copy back as a data directory, and proves what it wrote: every file by its sum, every database by SQLite. */
import { chmod, mkdir, realpath } from "node:fs/promises";
import { type BytePath, baseName, bytePath, displayPath } from "../base/byte-path.ts";
import { type Finding, isIncomplete } from "../base/finding-codes.ts";
import { matchPath } from "../base/path-pattern.ts";
import { snapshotData, snapshotSecrets } from "../capture/layout.ts";
import { type Manifest, parseManifest } from "../capture/manifest.ts";
import { mainDatabase, sideFileOf } from "../openwebui/parts.ts";
import { captureName } from "../plain/copy/copy-names.ts";
import { readFileList } from "../plain/copy/file-list.ts";
import type { PlainPlace } from "../plain/place/place.ts";
import { type LabelledCopy, labelledCopies } from "../plain/read/open-copies.ts";
import { readSmallPlaced } from "../plain/read/placed-file.ts";
import { type RestoredEntry, restoreCopy } from "../plain/read/restore-copy.ts";
import type { PlainDestination } from "../plans/destination.ts";
import { findSnapshot } from "../repository/find-snapshot.ts";
import { requireFolder, requireSpace } from "../repository/restore/target-folder.ts";
import { checkDatabases } from "./check-databases.ts";
import { type JobWatch, noting } from "./job-event.ts";
import { openPlace } from "./open-copies.ts";
import type { Parts } from "./parts.ts";
import { type CheckedDatabase, proveDatabases } from "./prove-databases.ts";
import { type ChosenPaths, choosePaths } from "./restore-patterns.ts";
import { type RestoreSummary, type RunRestoreOptions, refuseInUse, tellNothingChosen } from "./run-restore.ts";

export interface RunRestoreCopyOptions extends Omit<RunRestoreOptions, "repository"> {
  readonly place: PlainDestination;
}

/** Errors: those of the place, of finding the copy, COPY_DAMAGED, TARGET_NOT_EMPTY, TARGET_NO_SPACE, RESTORE_STOPPED. */
export async function runRestoreCopy(
  options: RunRestoreCopyOptions,
  parts: Parts,
  watch: JobWatch,
): Promise<RestoreSummary> {
  const startedMs = parts.clock.monotonicMs();
  const findings: Finding[] = [];
  const emit = noting(findings, watch.emit);
  const { signal } = watch;
  const { target, dryRun, overwrite } = options;
  await requireFolder(target, overwrite);
  if (overwrite) await refuseInUse(target);
  await using place = owned(await openPlace(options.place, parts));
  emit({ type: "status", phase: "plan", filesDone: 0, bytesDone: 0 });
  const found = await findCopy(place, options, signal);
  const entries = await chosenEntries(place, found, options, signal);
  const manifest = await readCapture(place, found, signal);
  const files = entries.filter(({ kind }) => kind === "file");
  tellNothingChosen(options, files.length, emit);
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (!overwrite || !dryRun) await requireSpace(target, bytes);
  const inner = { emit, signal };
  const done = dryRun ? nothingDone : await write(entries, { place, found, options, bytes }, inner);
  const secrets = await restoreSecrets(place, found, dryRun ? undefined : options.secretsFolder, inner);
  const databases = proveDatabases({ databases: done.databases, options, manifest, emit });
  return {
    dryRun,
    location: options.place.written,
    snapshot: found,
    manifest,
    target,
    dataPath: options.dataPath,
    files: files.length,
    bytes,
    verifiedFiles: done.verifiedFiles,
    databases,
    secrets,
    tookMs: Math.round(parts.clock.monotonicMs() - startedMs),
    incomplete: findings.some(isIncomplete),
  };
}

function owned(place: PlainPlace): PlainPlace & AsyncDisposable {
  return Object.assign(place, { [Symbol.asyncDispose]: () => place.close() });
}

async function findCopy(
  place: PlainPlace,
  { place: { kind }, snapshot: { query, instance } }: RunRestoreCopyOptions,
  signal: AbortSignal,
): Promise<LabelledCopy> {
  const copies = await labelledCopies(place, kind, signal);
  const named = copies.find(({ copy }) => copy.folder !== "" && displayPath(copy.folder) === query);
  return named ?? findSnapshot(copies, query, instance === undefined ? {} : { instances: [instance] });
}

async function chosenEntries(
  place: PlainPlace,
  { copy }: LabelledCopy,
  { parts, includes, excludes }: RunRestoreCopyOptions,
  signal: AbortSignal,
): Promise<RestoredEntry[]> {
  const chosen = choosePaths(parts, includes, excludes);
  const { entries } = await readFileList(place, copy.folder, copy.record, signal);
  return entries.flatMap((entry) => {
    const isData = entry.path === snapshotData || entry.path.startsWith(`${snapshotData}/`);
    if (!isData || isLeftOut(chosen, entry.path)) return [];
    return [{ ...entry, relative: entry.path.slice(snapshotData.length + 1) as BytePath }];
  });
}

function isLeftOut({ includes, excludes }: ChosenPaths, path: BytePath): boolean {
  if (path === snapshotData) return false;
  return (includes.length > 0 && !matchPath(includes, path).matched) || matchPath(excludes, path).matched;
}

async function readCapture(
  place: PlainPlace,
  { copy }: LabelledCopy,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  const bytes = await readSmallPlaced(place, copy, captureName, signal);
  return bytes === undefined ? undefined : parseManifest(bytes);
}

interface WriteContext {
  readonly place: PlainPlace;
  readonly found: LabelledCopy;
  readonly options: RunRestoreCopyOptions;
  readonly bytes: number;
}

const nothingDone = { databases: [] as readonly CheckedDatabase[], verifiedFiles: 0 };

async function write(
  entries: readonly RestoredEntry[],
  { place, found, options, bytes }: WriteContext,
  { emit, signal }: JobWatch,
): Promise<typeof nothingDone> {
  const { target, overwrite, verify } = options;
  await mkdir(target, { recursive: true, mode: 0o700 });
  const restored = new Set(entries.filter(({ kind }) => kind === "file").map(({ relative }) => relative));
  const total = { filesTotal: restored.size, bytesTotal: bytes };
  let [filesDone, bytesDone] = [0, 0];
  let databases: readonly CheckedDatabase[] = [];
  const { findings, lost, verifiedFiles } = await restoreCopy({
    place,
    copy: found.copy,
    entries,
    target: bytePath(await realpath(target)),
    overwrite,
    removes: (relative) => isStaleSideFile(relative, restored),
    signal,
    onFile: ({ sizeBytes, path }) => {
      filesDone += 1;
      bytesDone += sizeBytes;
      emit({ type: "status", phase: "restore", filesDone, bytesDone, ...total, current: displayPath(path) });
    },
    whileProving: async (pathOf) => {
      databases = await checkedDatabases(entries, pathOf, { verify, signal });
    },
  });
  for (const found of findings) emit({ type: "finding", finding: found });
  return { databases: databases.filter(({ relative }) => !lost.has(relative)), verifiedFiles };
}

/** A log that an older database left would be played into the one that takes its place. */
function isStaleSideFile(relative: BytePath, restored: ReadonlySet<BytePath>): boolean {
  const database = sideFileOf(relative);
  return database !== undefined && restored.has(database);
}

async function checkedDatabases(
  entries: readonly RestoredEntry[],
  pathOf: (relative: BytePath) => BytePath | undefined,
  { verify, signal }: { readonly verify: boolean; readonly signal: AbortSignal },
): Promise<readonly CheckedDatabase[]> {
  const candidates = entries.flatMap(({ kind, relative, sizeBytes }) => {
    const isApp = relative === mainDatabase;
    const asked = isApp || (verify && sizeBytes > 0 && /\.(db|sqlite|sqlite3|db3)$/i.test(relative));
    const path = kind === "file" && asked ? pathOf(relative) : undefined;
    return path === undefined ? [] : [{ path, relative, isApp, whole: verify }];
  });
  const verdicts = await checkDatabases(candidates, signal);
  return verdicts.map((verdict, i) => ({ ...verdict, relative: candidates[i]?.relative ?? ("" as BytePath) }));
}

async function restoreSecrets(
  place: PlainPlace,
  { copy }: LabelledCopy,
  folder: string | undefined,
  { emit, signal }: JobWatch,
): Promise<RestoreSummary["secrets"]> {
  const { entries } = await readFileList(place, copy.folder, copy.record, signal);
  const keys = entries.filter(({ kind, path }) => kind === "file" && path.startsWith(`${snapshotSecrets}/`));
  const names = keys.map(({ path }) => displayPath(baseName(path))).sort();
  if (folder === undefined || keys.length === 0) return { names, folder: undefined };
  await requireFolder(folder, false);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const { findings } = await restoreCopy({
    place,
    copy,
    entries: keys.map((entry) => ({ ...entry, relative: baseName(entry.path) })),
    target: bytePath(await realpath(folder)),
    overwrite: false,
    removes: () => false,
    signal,
    onFile: () => undefined,
    whileProving: async () => undefined,
  });
  for (const found of findings) emit({ type: "finding", finding: found });
  return { names, folder };
}
