/** How much a repository and its snapshots hold, and how it grew. */
import { type Finding, isIncomplete } from "../base/finding-codes.ts";
import { shortId } from "../base/ids.ts";
import type { Destination } from "../plans/destination.ts";
import { loadIndex } from "../repository/load-index.ts";
import type { IndexedRepository } from "../repository/repository.ts";
import { loadSnapshots, type StoredSnapshot } from "../repository/snapshots.ts";
import { BlobOwners, type Growth } from "../repository/stats/blob-owners.ts";
import { ContentCounts } from "../repository/stats/content-counts.ts";
import { RestoreSize } from "../repository/stats/restore-size.ts";
import type { StatsMode } from "../repository/stats/stats-modes.ts";
import type { CompressionFigures } from "../repository/stats/stored-size.ts";
import { chooseSnapshots, type SnapshotsChoice } from "./choose-snapshots.ts";
import { readWhileTaking } from "./hold-lock.ts";
import { type JobWatch, noting } from "./job-event.ts";
import { lockForReading } from "./lock-for-reading.ts";
import { openDestination } from "./open-destination.ts";
import type { Parts } from "./parts.ts";

export interface RunStatsOptions {
  readonly repository: Destination;
  readonly snapshots: SnapshotsChoice;
  /** Undefined: what a restore writes, what the repository holds, and how it grew. */
  readonly mode: StatsMode | undefined;
}

export interface ModeFigures {
  readonly mode: StatsMode;
  readonly bytes: number;
  /** In `restore-size` every entry, as restic counts. */
  readonly files?: number;
  readonly blobs?: number;
  readonly compression?: CompressionFigures;
}

export interface SnapshotGrowth extends Growth {
  readonly snapshot: StoredSnapshot;
}

export interface StatsSummary {
  readonly location: string;
  readonly snapshots: number;
  readonly modes: readonly ModeFigures[];
  /** Oldest first; empty where a mode was asked for. */
  readonly growth: readonly SnapshotGrowth[];
  readonly incomplete: boolean;
}

/** Errors: those of `openDestination` and `chooseSnapshots`; OBJECT_DAMAGED, BLOB_MISSING where something cannot be counted. */
export async function runStats(options: RunStatsOptions, parts: Parts, watch: JobWatch): Promise<StatsSummary> {
  const findings: Finding[] = [];
  const emit = noting(findings, watch.emit);
  await using opened = await openDestination(options.repository, parts);
  await using lock = await lockForReading(opened.repository, { emit, signal: watch.signal });
  const counted = await readWhileTaking(lock, async () => {
    const loaded = await loadSnapshots(opened.repository, lock.signal);
    // What one alone has is known where all can be read, whichever are asked for.
    for (const found of loaded.findings) emit({ type: "finding", finding: found });
    const chosen = chooseSnapshots(loaded, options.snapshots, () => undefined);
    const repo = await loadIndex(opened.repository, { signal: lock.signal });
    return await countAll(repo, { all: loaded.snapshots, chosen, mode: options.mode }, { emit, signal: lock.signal });
  });
  await lock.taken;
  const { location } = opened.repository.storage;
  return { location, ...counted, incomplete: findings.some(isIncomplete) };
}

interface Counting {
  readonly all: readonly StoredSnapshot[];
  readonly chosen: readonly StoredSnapshot[];
  readonly mode: StatsMode | undefined;
}

async function countAll(
  repo: IndexedRepository,
  { all, chosen, mode }: Counting,
  watch: JobWatch,
): Promise<Pick<StatsSummary, "snapshots" | "modes" | "growth">> {
  const snapshots = chosen.length;
  if (mode !== undefined) {
    return { snapshots, modes: [await count(repo, chosen, mode, watch)], growth: [] };
  }
  const restoreSize = await count(repo, chosen, "restore-size", watch);
  const { growth, stored } = await grow(repo, all, watch);
  const rawData = chosen.length === all.length ? stored : await count(repo, chosen, "raw-data", watch);
  const shown = new Set(chosen.map(({ id }) => id));
  return { snapshots, modes: [restoreSize, rawData], growth: growth.filter(({ snapshot }) => shown.has(snapshot.id)) };
}

async function count(
  repo: IndexedRepository,
  snapshots: readonly StoredSnapshot[],
  mode: StatsMode,
  watch: JobWatch,
): Promise<ModeFigures> {
  switch (mode) {
    case "raw-data":
      return (await grow(repo, snapshots, watch)).stored;
    case "restore-size": {
      const size = new RestoreSize(repo, watch.signal);
      await addEach(snapshots, watch, (tree) => size.add(tree));
      return { mode, bytes: size.bytes, files: size.files };
    }
    case "files-by-contents":
    case "blobs-per-file": {
      const counts = new ContentCounts(repo, mode, watch.signal);
      await addEach(snapshots, watch, (tree) => counts.add(tree));
      const { files, blobs, bytes } = counts;
      return { mode, bytes, files, ...(mode === "blobs-per-file" ? { blobs } : {}) };
    }
  }
}

/** Among these snapshots; for what one alone has, they must be all. */
async function grow(
  repo: IndexedRepository,
  snapshots: readonly StoredSnapshot[],
  watch: JobWatch,
): Promise<{ readonly growth: readonly SnapshotGrowth[]; readonly stored: ModeFigures }> {
  const owners = new BlobOwners(repo, watch.signal);
  const found: Growth[] = [];
  await addEach(snapshots, watch, async (tree) => {
    found.push(await owners.add(tree));
  });
  const growth = snapshots.flatMap((snapshot, i) => {
    const own = found[i];
    return own === undefined ? [] : [{ snapshot, ...own }];
  });
  const { bytes, blobs } = owners.stored;
  const compression = owners.stored.compression(repo.config.version);
  return { growth, stored: { mode: "raw-data", bytes, blobs, ...(compression ? { compression } : {}) } };
}

async function addEach(
  snapshots: readonly StoredSnapshot[],
  { emit, signal }: JobWatch,
  add: (tree: StoredSnapshot["tree"]) => Promise<void>,
): Promise<void> {
  for (const { tree, id } of snapshots) {
    signal.throwIfAborted();
    emit({ type: "status", phase: "count", filesDone: 0, bytesDone: 0, current: shortId(id) });
    await add(tree);
  }
}
