/** One repository of a backup, once its key is there: locked, with its index and the snapshot to build on. */
import { isObhutError } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import { snapshotManifest } from "../capture/layout.ts";
import { type Manifest, parseManifest, statesOf } from "../capture/manifest.ts";
import { findParent, type ParentQuery } from "../repository/find-parent.ts";
import { loadIndex } from "../repository/load-index.ts";
import { listPacks } from "../repository/packs/list-packs.ts";
import { readFile } from "../repository/read-file.ts";
import type { IndexedRepository, Repository } from "../repository/repository.ts";
import { loadSnapshots, namedFailure, type StoredSnapshot } from "../repository/snapshots.ts";
import { beginLock, readWhileTaking } from "./hold-lock.ts";
import type { JobWatch } from "./job-event.ts";
import type { OpenedTarget } from "./open-targets.ts";

/** A snapshot that can't be read is no parent: the backup goes on with the next older one, or none, and says so. */
export async function loadTarget(
  repository: Repository,
  query: ParentQuery,
  { emit, signal }: JobWatch,
): Promise<OpenedTarget> {
  const [{ snapshots, damaged, unreadable }, indexed, packs] = await Promise.all([
    loadSnapshots(repository, signal),
    loadIndex(repository, { signal }),
    listPacks(repository, signal),
  ]);
  for (const one of [...damaged, ...unreadable]) {
    const { location } = repository.storage;
    emit({ type: "finding", finding: finding("SNAPSHOT_PASSED_OVER", { location, ...namedFailure(one) }) });
  }
  const parent = findParent(snapshots, query);
  if (parent === undefined) return { target: { repository: indexed, packs }, manifest: undefined };
  const manifest = await readManifest(indexed, parent, signal);
  const target = { repository: indexed, packs, parent, ...(manifest ? { parentStates: statesOf(manifest) } : {}) };
  return { target, manifest };
}

interface Locking {
  /** Holds the lock. */
  readonly own: AsyncDisposableStack;
  /** Told what aborts when the lock is lost. */
  readonly onLock: (lost: AbortSignal) => void;
  readonly watch: JobWatch;
}

/** Nothing is written before `mayWrite`; what is read until then is good if the lock is taken in the end. */
export async function lockAndLoad(
  repository: Repository,
  load: () => Promise<OpenedTarget>,
  { own, onLock, watch }: Locking,
): Promise<OpenedTarget> {
  const lock = own.use(await beginLock(repository, "shared", watch));
  onLock(lock.lost);
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
