/** The repositories of one backup: opened, locked, with their index and the snapshot they build on. */
import { isObhutError, type ObhutError } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import { shortId } from "../base/ids.ts";
import { snapshotManifest } from "../capture/layout.ts";
import { type Manifest, parseManifest, statesOf } from "../capture/manifest.ts";
import type { Destination } from "../plans/destination.ts";
import type { BackupTarget } from "../repository/backup/backup-options.ts";
import { findParent, type ParentQuery } from "../repository/find-parent.ts";
import { loadIndex } from "../repository/load-index.ts";
import type { OnDeriving } from "../repository/open-repository.ts";
import { listPacks } from "../repository/packs/list-packs.ts";
import { readFile } from "../repository/read-file.ts";
import type { IndexedRepository, Repository } from "../repository/repository.ts";
import { loadSnapshots, type StoredSnapshot } from "../repository/snapshots.ts";
import { beginLock, readWhileTaking } from "./hold-lock.ts";
import type { JobWatch } from "./job-event.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface OpenTargetsOptions {
  readonly destinations: readonly Destination[];
  readonly parent: ParentQuery;
  /** Nothing is written, so no lock is taken. */
  readonly dryRun: boolean;
  readonly onDeriving?: OnDeriving;
}

export interface OpenedTarget {
  readonly target: BackupTarget;
  readonly manifest: Manifest | undefined;
}

export interface FailedTarget {
  readonly location: string;
  readonly error: ObhutError;
}

export interface OpenedTargets extends AsyncDisposable {
  readonly opened: readonly OpenedTarget[];
  /** Destinations that could not be opened; the others go on without them. */
  readonly failed: readonly FailedTarget[];
  /** Aborts when a lock is lost. */
  readonly signals: readonly AbortSignal[];
}

/** Throws the first destination's error where none could be opened. */
export async function openTargets(options: OpenTargetsOptions, parts: Parts, watch: JobWatch): Promise<OpenedTargets> {
  await using stack = new AsyncDisposableStack();
  const signals: AbortSignal[] = [];
  const failed: FailedTarget[] = [];
  const opening = options.destinations.map(async (destination) => {
    try {
      const own = stack.use(new AsyncDisposableStack());
      return await openTarget({ destination, own, signals }, options, { parts, watch });
    } catch (error) {
      if (!isObhutError(error) || watch.signal.aborted) throw error;
      failed.push({ location: destination.written, error });
      return undefined;
    }
  });
  const settled = await Promise.allSettled(opening);
  const broken = settled.find((one) => one.status === "rejected");
  if (broken !== undefined) throw broken.reason;
  const opened = settled.flatMap((one) => (one.status === "fulfilled" && one.value !== undefined ? [one.value] : []));
  if (opened.length === 0 && failed[0] !== undefined) throw failed[0].error;
  const kept = stack.move();
  return { opened, failed, signals, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

interface Opening {
  readonly destination: Destination;
  /** What this destination holds open. */
  readonly own: AsyncDisposableStack;
  readonly signals: AbortSignal[];
}

async function openTarget(
  { destination, own, signals }: Opening,
  { parent: query, dryRun, onDeriving }: OpenTargetsOptions,
  { parts, watch }: { readonly parts: Parts; readonly watch: JobWatch },
): Promise<OpenedTarget> {
  const { repository } = own.use(await openDestination(destination, parts, onDeriving ? { onDeriving } : {}));
  const load = (): Promise<OpenedTarget> => loadTarget(repository, query, watch);
  return dryRun ? await load() : await lockAndLoad(repository, load, { own, signals, watch });
}

/** A snapshot that can't be read is no parent: the backup goes on with the next older one, or none, and says so. */
async function loadTarget(
  repository: Repository,
  query: ParentQuery,
  { emit, signal }: JobWatch,
): Promise<OpenedTarget> {
  const [{ snapshots, damaged }, indexed, packs] = await Promise.all([
    loadSnapshots(repository, signal),
    loadIndex(repository, { signal }),
    listPacks(repository, signal),
  ]);
  for (const { id, reason } of damaged) {
    const { location } = repository.storage;
    emit({ type: "finding", finding: finding("SNAPSHOT_PASSED_OVER", { location, snapshot: shortId(id), reason }) });
  }
  const parent = findParent(snapshots, query);
  if (parent === undefined) return { target: { repository: indexed, packs }, manifest: undefined };
  const manifest = await readManifest(indexed, parent, signal);
  const target = { repository: indexed, packs, parent, ...(manifest ? { parentStates: statesOf(manifest) } : {}) };
  return { target, manifest };
}

/** Nothing is written before `mayWrite`; what is read until then is good if the lock is taken in the end. */
async function lockAndLoad(
  repository: Repository,
  load: () => Promise<OpenedTarget>,
  { own, signals, watch }: Omit<Opening, "destination"> & { readonly watch: JobWatch },
): Promise<OpenedTarget> {
  const lock = own.use(await beginLock(repository, "shared", watch));
  signals.push(lock.lost);
  const loaded = await readWhileTaking(lock, load);
  return { ...loaded, target: { ...loaded.target, mayWrite: lock.taken } };
}

/** What Obhut wrote about a snapshot; undefined where there is none or it can't be read: then nothing of it is relied on. */
export async function readManifest(
  repository: IndexedRepository,
  snapshot: StoredSnapshot,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  try {
    return parseManifest(await readFile(repository, snapshot.tree, snapshotManifest, signal));
  } catch (error) {
    if (signal.aborted || !isObhutError(error)) throw error;
    return undefined;
  }
}

/** The capture that all destinations hold; undefined where they differ, or one has none. */
export function commonManifest(opened: readonly OpenedTarget[]): Manifest | undefined {
  const [first, ...rest] = opened.map(({ manifest }) => manifest);
  if (first === undefined) return undefined;
  const same = rest.every((other) => other?.time === first.time && other.moment === first.moment);
  return same ? first : undefined;
}
