/**
 * Does what a plan says. In this order, so that a crash between any two lines leaves every snapshot whole: packs that no index ever named go first;
 * new packs are durable, then indexes that name all that stays, only then the old indexes go, and last the packs that no index names
 * any more. What an interrupted prune left is taken up by the next: its new packs count as copies, its old ones are in no index.
 */
import { isObhutError, ObhutError } from "../../base/errors.ts";
import type { Finding } from "../../base/finding-codes.ts";
import { parseId, type SnapshotId, shortId } from "../../base/ids.ts";
import { BlobOpener } from "../blob-opener.ts";
import { BlobWriter } from "../packs/blob-writer.ts";
import type { IndexedPack } from "../packs/index-writer.ts";
import type { IndexedRepository, Repository } from "../repository.ts";
import { FileRemover } from "./file-remover.ts";
import { PlacedBlobs } from "./placed-blobs.ts";
import { proveCopies } from "./prove-copies.ts";
import type { LoadedPrunePlan } from "./prune-plan.ts";
import { repack } from "./repack.ts";
import { planIndexRewrite, writeIndexes } from "./rewrite-index.ts";

export interface PruneProgress {
  readonly phase: "repack" | "remove";
  readonly packsDone: number;
  readonly packsTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface ApplyPruneOptions {
  /** Aborts with the lock. */
  readonly signal: AbortSignal;
  readonly onFinding: (found: Finding) => void;
  readonly onProgress: (progress: PruneProgress) => void;
}

export interface AppliedPrune {
  readonly packsRemoved: number;
  readonly bytesRemoved: number;
  readonly packsWritten: number;
  readonly bytesWritten: number;
  /** They could not be removed; the next prune tries again. */
  readonly packsLeft: number;
}

/**
 * Under the exclusive lock that the plan was made under. Errors, before anything a snapshot needs is touched: STORAGE_APPEND_ONLY,
 * PRUNE_BLOB_DAMAGED, PRUNE_SNAPSHOT_NEW, PRUNE_NO_ROOM, and the storage's.
 */
export async function applyPrune(
  repo: Repository,
  plan: LoadedPrunePlan,
  options: ApplyPruneOptions,
): Promise<AppliedPrune> {
  const { signal } = options;
  const rewrite = planIndexRewrite(plan, repo.actor.clock.nowMs());
  const leftovers = plan.loose.filter(({ fate }) => fate === "remove");
  const remover = new FileRemover(repo, options);
  if (leftovers.length + rewrite.replaced.length + rewrite.marks.length === 0)
    return { ...remover.done, packsWritten: 0, bytesWritten: 0 };
  await remover.requireAllowed();
  await requireNoNewSnapshot(repo, plan, signal);
  await remover.removePacks(leftovers.filter(({ mark }) => mark === undefined));
  const written = await writePacks({ ...repo, index: plan.index }, plan, options);
  await writeIndexes(repo, { ...rewrite, added: written.packs }, signal);
  await remover.removeIndexes(rewrite.replaced);
  await requireNoNewSnapshot(repo, plan, signal);
  const removed = plan.later ? [] : plan.packs.filter(({ fate }) => fate === "repack" || fate === "remove");
  await remover.removePacks([
    ...leftovers.filter(({ mark }) => mark !== undefined),
    ...removed.map(({ pack, bytes }) => ({ id: pack.id, sizeBytes: bytes })),
  ]);
  return { ...remover.done, packsWritten: written.packs.length, bytesWritten: written.bytes };
}

interface WrittenPacks {
  readonly packs: readonly IndexedPack[];
  readonly bytes: number;
}

/** New packs with all that is used of those that are written anew. They are durable, and no index names them yet. */
async function writePacks(
  repo: IndexedRepository,
  plan: LoadedPrunePlan,
  { signal, onProgress, onFinding }: ApplyPruneOptions,
): Promise<WrittenPacks> {
  const packs = plan.packs.filter(({ fate }) => fate === "repack");
  const bytesTotal = packs.reduce((sum, pack) => sum + pack.bytes, 0);
  let [packsDone, bytesDone, bytes] = [0, 0, 0];
  const tell = (): void => onProgress({ phase: "repack", packsDone, packsTotal: packs.length, bytesDone, bytesTotal });
  const placed = new PlacedBlobs(plan);
  const writer = new BlobWriter(repo, { signal, indexes: "leave", onPack: (size) => (bytes += size) });
  const opener = new BlobOpener(repo.masterKey);
  try {
    await proveCopies(repo, plan, { writer, opener, signal, onFinding });
    for (const pack of packs) {
      tell();
      await repack(repo, pack.pack, { writer, placed, opener, signal });
      packsDone++;
      bytesDone += pack.bytes;
    }
    const written = await writer.finish();
    placed.requireAll();
    await requireNoNewSnapshot(repo, plan, signal);
    return { packs: written, bytes };
  } catch (error) {
    await dropPacks(repo, await writer.abandon(), signal);
    if (!isObhutError(error, "STORAGE_FULL") || packs.length === 0) throw error;
    const { location, reason } = error.params;
    throw new ObhutError("PRUNE_NO_ROOM", { location, reason }, { cause: error });
  }
}

/**
 * Takes away what was written in vain, which on a full disk is what is needed most. Nobody else knows of these packs, unless the lock
 * was lost: then another program may count on them already.
 */
async function dropPacks(repo: Repository, packs: readonly IndexedPack[], signal: AbortSignal): Promise<void> {
  if (isObhutError(signal.reason, "REPOSITORY_LOCK_LOST")) return;
  for (const { id } of packs) await repo.storage.remove({ type: "data", name: id }).catch(() => undefined);
}

/** rustic takes no locks: a snapshot that came since the plan was made may need what it does away with. */
async function requireNoNewSnapshot(repo: Repository, plan: LoadedPrunePlan, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  for await (const { name } of repo.storage.list("snapshots", signal)) {
    const id = parseId<SnapshotId>(name);
    if (id === undefined || plan.snapshotFiles.has(id)) continue;
    throw new ObhutError("PRUNE_SNAPSHOT_NEW", { location: repo.storage.location, snapshot: shortId(id) });
  }
}
