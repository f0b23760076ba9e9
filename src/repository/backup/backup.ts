/**
 * Stores one snapshot in one or more repositories. The source is read, cut, hashed and compressed once; each repository gets
 * its own packs, index and snapshot, in that order, so that a crash at any write leaves every committed snapshot whole.
 */
import { ObhutError } from "../../base/errors.ts";
import type { BlobId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import { IdWords, treeFlag } from "../blob-id-table.ts";
import { masterKeyBytes, nonceBytes } from "../format/crypto.ts";
import { headerBlobs } from "../format/pack.ts";
import type { FilledPack } from "../packs/filled-pack.ts";
import { WorkerPool, workerScript } from "../workers/worker-pool.ts";
import { BackupCounts, summaryOf } from "./backup-counts.ts";
import type { BackupOptions, BackupResult, TargetResult } from "./backup-options.ts";
import { BlobStorer } from "./blob-storer.ts";
import { Destination } from "./destination.ts";
import { EntryStorer } from "./entry-storer.ts";
import { FewBytes } from "./few-bytes.ts";
import { KnownBlobs } from "./known-blobs.ts";
import { PackSaver } from "./pack-saver.ts";
import { ParentFiles } from "./parent-files.ts";
import { presentPacks } from "./present-packs.ts";
import { RangeQueue, type ReaderPool } from "./range-queue.ts";
import type { ReaderData, ReadResult, ReadTask, TellReader } from "./read-task.ts";
import { snapshotOf } from "./snapshot-of.ts";
import { SnapshotTree } from "./snapshot-tree.ts";

/** Room for new blobs to begin with: 1 GiB of pieces. The table grows when more come. */
const newBlobsExpected = 64 * 1024;

/** Packs of all reading threads together that may wait to be saved, one for each thread at least, however many destinations there are. */
const packsAway = 4;

/** Heap of a reading thread: its data lies in buffers outside. */
const readerLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 };

/**
 * Rejects when no destination got the snapshot (with the first one's error), when the signal aborts (with its reason), and when
 * the stream of entries does. What was stored until then is taken up by the next backup.
 */
export async function backup(options: BackupOptions): Promise<BackupResult> {
  if (options.targets.length === 0 || options.targets.length > limits.maxDestinations) {
    throw new ObhutError("INTERNAL", { reason: `${options.targets.length} destinations` });
  }
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const run = { dryRun: options.dryRun ?? false, signal };
  const destinations = options.targets.map((target, number) => new Destination(target, number, run));
  try {
    const known = await knownBlobs(destinations, options, signal);
    const counts = new BackupCounts(options, destinations);
    const tree = new SnapshotTree(options);
    const parents = destinations.map(({ target }) => new ParentFiles(target, signal));
    await storeEntries({ options, signal, destinations, known, counts, tree, parents });
    const trees = await storeTrees({ destinations, known, counts, tree, parents, dryRun: run.dryRun });
    await Promise.all(destinations.map((destination) => destination.saveIndexes()));
    signal.throwIfAborted();
    const result = await saveSnapshots(options, destinations, counts, trees);
    await Promise.all(destinations.map((destination) => destination.keepIndex()));
    return result;
  } finally {
    // whatever is still under way must not outlive this call
    stop.abort();
  }
}

/** What each destination has, from its index and from packs that no index lists yet. */
async function knownBlobs(
  destinations: readonly Destination[],
  { onFinding }: BackupOptions,
  signal: AbortSignal,
): Promise<KnownBlobs> {
  const indexes = destinations.map(({ target }) => target.repository.index);
  // Of the first index no copy is made.
  const copied = indexes.length > 1 ? Math.max(...indexes.map(({ count }) => count)) : 0;
  const known = KnownBlobs.allocate(newBlobsExpected + copied);
  const scratch = new IdWords();
  await Promise.all(
    destinations.map(async (destination) => {
      try {
        const { repository, packs } = destination.target;
        const listed = packs === undefined ? {} : { listed: packs };
        const { missing, adopted } = await presentPacks(repository, { ...listed, onFinding, signal });
        known.addIndex(repository.index, destination.bit, missing);
        for (const { id, header } of adopted) {
          for (const blob of headerBlobs(header, id)) {
            if (known.room < 1) known.grow(1);
            known.add(scratch.ofHex(blob.id), 0, blob.type === "tree" ? treeFlag : 0, destination.bit);
          }
          destination.addIndexed(id, header);
          destination.adoptedPacks++;
        }
      } catch (error) {
        destination.fail(error);
      }
    }),
  );
  return known;
}

interface Run {
  readonly destinations: readonly Destination[];
  readonly known: KnownBlobs;
  readonly counts: BackupCounts;
  readonly tree: SnapshotTree;
  readonly parents: readonly ParentFiles[];
}

async function storeEntries(
  run: Run & { readonly options: BackupOptions; readonly signal: AbortSignal },
): Promise<void> {
  const { options, signal, destinations, known, counts } = run;
  const saver = new PackSaver(destinations);
  await using pool: ReaderPool = new WorkerPool<ReadTask, ReadResult, FilledPack, TellReader>({
    script: workerScript("./read-worker", import.meta.url),
    ...(options.workers === undefined ? {} : { size: options.workers }),
    resourceLimits: readerLimits,
    workerData: () => ({
      ...readerData(destinations, known, options.dryRun ?? false),
      packsAtOnce: Math.max(1, Math.ceil(packsAway / pool.size)),
    }),
    onNote: (pack, worker) => saver.take(pack, worker),
  });
  saver.feeds(pool);
  const queue = new RangeQueue(pool, known, () => liveTargets(destinations));
  const few = new FewBytes(destinations, known, options.dryRun ?? false);
  const storer = new EntryStorer({ ...run, queue, few: () => (pool.isStarted ? undefined : few) });
  // an abort must not wait for a worker that hangs in a read of a dead mount
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    await Promise.race([aborted.promise, storer.storeAll(options.entries)]);
    await Promise.race([aborted.promise, Promise.all([few.finish(), pool.runOnEach({ kind: "flush" })])]);
    await Promise.race([aborted.promise, saver.settled()]);
  } catch (error) {
    storer.abandon(error);
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    counts.tell();
  }
}

function readerData(
  destinations: readonly Destination[],
  known: KnownBlobs,
  dryRun: boolean,
): Omit<ReaderData, "packsAtOnce"> {
  const targets = destinations.map(({ target: { repository } }) => ({
    masterKey: masterKeyBytes(repository.masterKey),
    nonceStart: repository.actor.random(nonceBytes),
    compresses: repository.config.version >= 2,
  }));
  return { targets, known: known.memory, dryRun };
}

/** Bits of those that did not fail. Throws the first one's error where all did. */
function liveTargets(destinations: readonly Destination[]): number {
  const bits = destinations.reduce((mask, { bit, error }) => (error === undefined ? mask | bit : mask), 0);
  if (bits === 0) throw destinations[0]?.error;
  return bits;
}

/** The id of the root tree for each destination. */
async function storeTrees(run: Run & { readonly dryRun: boolean }): Promise<BlobId[]> {
  const { destinations, known, counts, tree, parents, dryRun } = run;
  liveTargets(destinations);
  const roots: BlobId[] = [];
  const groups = tree.differs ? destinations.map((destination) => [destination]) : [destinations];
  for (const group of groups) {
    const storer = new BlobStorer(group, known, { type: "tree", dryRun });
    const root = await tree.store(group[0]?.number ?? 0, {
      // An unchanged database's list of pieces takes longer to write again than to compare.
      known: async (path, nodes) => {
        const found = await Promise.all(group.map(({ number }) => parents[number]?.treeOf(path, nodes)));
        const id = found[0];
        const isThere = id !== undefined && found.every((other) => other === id) && known.haveTree(id, bitsOf(group));
        if (!isThere) return undefined;
        for (const { number } of group) counts.countFolder(number, id, id);
        return id;
      },
      store: async (path, bytes) => {
        const id = await storer.store(bytes);
        for (const { number } of group) counts.countFolder(number, id, await parents[number]?.treeAt(path));
        return id;
      },
    });
    for (const { number } of group) roots[number] = root;
    await storer.finish();
  }
  return roots;
}

function bitsOf(destinations: readonly Destination[]): number {
  return destinations.reduce((bits, { bit }) => bits | bit, 0);
}

async function saveSnapshots(
  options: BackupOptions,
  destinations: readonly Destination[],
  counts: BackupCounts,
  trees: readonly BlobId[],
): Promise<BackupResult> {
  const targets = await Promise.all(
    destinations.map(async (destination): Promise<TargetResult> => {
      const { location, number, target, adoptedPacks } = destination;
      const summary = summaryOf(counts, destination, {
        startMs: options.timeMs,
        endMs: target.repository.actor.clock.nowMs(),
      });
      const snapshot = await destination.saveSnapshot(
        snapshotOf(options, { tree: trees[number] as BlobId, summary, parent: target.parent?.id }),
      );
      if (destination.error !== undefined) return { kind: "failed", location, error: destination.error };
      return { kind: "stored", location, summary, adoptedPacks, ...(snapshot === undefined ? {} : { snapshot }) };
    }),
  );
  liveTargets(destinations);
  return { targets };
}
