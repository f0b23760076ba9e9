/** What changed from one snapshot to another: in the app's own terms, then in files. */
import type { BytePath } from "../base/byte-path.ts";
import { type Finding, isIncomplete } from "../base/finding-codes.ts";
import type { BlobId } from "../base/ids.ts";
import type { Destination } from "../plans/destination.ts";
import { type Change, compareTrees, type TreeTotals } from "../repository/diff/compare-trees.ts";
import { loadIndex } from "../repository/load-index.ts";
import type { IndexedRepository } from "../repository/repository.ts";
import { loadSnapshots } from "../repository/snapshots.ts";
import { requireTreeAt, virtualPath } from "../repository/walk-tree.ts";
import { type AppComparison, compareApp, type TwoSnapshots } from "./compare-app.ts";
import { findingsBeside, findReadable } from "./failed-snapshots.ts";
import { readWhileTaking } from "./hold-lock.ts";
import { type JobWatch, noting } from "./job-event.ts";
import { lockForReading } from "./lock-for-reading.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface RunDiffOptions {
  readonly repository: Destination;
  /** Ids, first digits, `latest`, `@time`. */
  readonly queries: readonly [older: string, newer: string];
  readonly instance: string | undefined;
  /** A folder of both; undefined: everything, and what the database holds. */
  readonly path: string | undefined;
  readonly metadata: boolean;
}

/** Told in this order, as it is found. */
export interface DiffViewer {
  compared(snapshots: TwoSnapshots, app: AppComparison | undefined): void;
  change(change: Change): void;
}

export interface DiffSummary extends TreeTotals {
  readonly location: string;
  readonly snapshots: TwoSnapshots;
  /** Undefined where a path was asked for. */
  readonly app: AppComparison["state"] | undefined;
  readonly incomplete: boolean;
}

/** Errors: SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS, PATH_NOT_IN_SNAPSHOT, and those of `compareApp` and the repository. */
export async function runDiff(
  options: RunDiffOptions,
  parts: Parts,
  { watch, viewer }: { readonly watch: JobWatch; readonly viewer: DiffViewer },
): Promise<DiffSummary> {
  const findings: Finding[] = [];
  const emit = noting(findings, watch.emit);
  await using opened = await openDestination(options.repository, parts);
  await using lock = await lockForReading(opened.repository, { emit, signal: watch.signal });
  const inner: JobWatch = { emit, signal: lock.signal };
  const { repo, snapshots, trees, app } = await readWhileTaking(lock, async () => {
    const loaded = await loadSnapshots(opened.repository, lock.signal);
    const filter = options.instance === undefined ? {} : { instances: [options.instance] };
    for (const found of findingsBeside(loaded, options.queries)) emit({ type: "finding", finding: found });
    const [older, newer] = options.queries.map((query) => findReadable(loaded, query, filter));
    if (older === undefined || newer === undefined) throw new RangeError("two snapshots are compared");
    const repo = await loadIndex(opened.repository, { signal: lock.signal });
    const snapshots = [older, newer] as const;
    const trees = await treesOf(repo, snapshots, { path: virtualPath(options.path ?? "/"), signal: lock.signal });
    const app = options.path === undefined ? await compareApp(repo, snapshots, parts, inner) : undefined;
    return { repo, snapshots, trees, app };
  });
  await lock.taken;
  viewer.compared(snapshots, app);
  const at = virtualPath(options.path ?? "/");
  const changes = compareTrees(repo, trees, { at, metadata: options.metadata, signal: lock.signal });
  let step = await changes.next();
  for (; !step.done; step = await changes.next()) viewer.change(step.value);
  const { location } = repo.storage;
  return { location, snapshots, app: app?.state, ...step.value, incomplete: findings.some(isIncomplete) };
}

async function treesOf(
  repo: IndexedRepository,
  [older, newer]: TwoSnapshots,
  { path, signal }: { readonly path: BytePath; readonly signal: AbortSignal },
): Promise<readonly [BlobId, BlobId]> {
  return [await requireTreeAt(repo, older.tree, path, signal), await requireTreeAt(repo, newer.tree, path, signal)];
}
