/**
 * Snapshots that refer to nothing but what is there, in place of those that lost something. Order: trees, their index, the new
 * snapshot; only then, and only with `forget`, the old one goes.
 */

import { displayPath } from "../../base/byte-path.ts";
import { ObhutError } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { type SnapshotId, shortId } from "../../base/ids.ts";
import type { AnyReason } from "../../base/reason-codes.ts";
import { indexOf } from "../check/listed-packs.ts";
import { failureReason } from "../failure-reason.ts";
import { encodeSnapshot } from "../format/snapshot-file.ts";
import { saveSealed } from "../object-file.ts";
import { BlobWriter } from "../packs/blob-writer.ts";
import type { IndexedRepository, Repository } from "../repository.ts";
import type { FailedSnapshot, StoredSnapshot } from "../snapshots.ts";
import { type IndexRepairPlan, planIndexRepair } from "./plan-index-repair.ts";
import { type Loss, type RepairedTree, TreeRepairer } from "./tree-repairer.ts";

export const repairedTag = "repaired";

export interface RepairSnapshotsOptions {
  readonly snapshots: readonly StoredSnapshot[];
  /** All there are: what an earlier call made of a snapshot is not made again. */
  readonly existing: readonly StoredSnapshot[];
  /** Snapshot files that are none any more. */
  readonly damaged: readonly FailedSnapshot[];
  /** Whether `forget` holds for those too: for what the person named. */
  readonly giveUpDamaged: boolean;
  /** Remove what is replaced, and what cannot be repaired. */
  readonly forget: boolean;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (snapshotsDone: number, snapshotsTotal: number) => void;
}

export interface RepairedSnapshot {
  readonly old: SnapshotId;
  /** Undefined in a dry run, unless an earlier call made it. */
  readonly new: SnapshotId | undefined;
}

export interface RepairedSnapshots {
  readonly snapshots: number;
  /** Those that lost something. */
  readonly repaired: readonly RepairedSnapshot[];
  /** Those of which nothing can be saved. */
  readonly beyondRepair: readonly SnapshotId[];
  /** Snapshots that were removed, or that would be. */
  readonly removed: number;
  readonly findings: readonly Finding[];
}

/** Errors: INDEX_REPAIR_FIRST, REPAIR_UNREADABLE, PACKS_ALL_GONE. The caller holds the exclusive lock, or a shared one for a dry run. */
export async function repairSnapshots(repo: Repository, options: RepairSnapshotsOptions): Promise<RepairedSnapshots> {
  const { dryRun, forget, signal, onProgress } = options;
  const { indexed, findings } = await indexOfAll(repo, signal);
  const writer = dryRun ? undefined : new BlobWriter(repo, { indexes: "save", ...(signal ? { signal } : {}) });
  const repairer = new TreeRepairer(indexed, { writer, ...(signal ? { signal } : {}) });
  const rewritten: { readonly old: StoredSnapshot; readonly tree: RepairedTree }[] = [];
  const beyond: SnapshotId[] = [];
  const going: SnapshotId[] = [];
  for (const [at, snapshot] of options.snapshots.entries()) {
    signal?.throwIfAborted();
    const tree = await repairer.repairRoot(snapshot.tree);
    if (tree.id === undefined) {
      findings.push(beyondRepair(snapshot.id, tree.reason, forget));
      beyond.push(snapshot.id);
      if (forget) going.push(snapshot.id);
    } else if (tree.id !== snapshot.tree) {
      rewritten.push({ old: snapshot, tree });
      for (const loss of tree.losses) findings.push(lossFinding(loss, snapshot));
    }
    onProgress?.(at + 1, options.snapshots.length);
  }
  const giveUp = forget && options.giveUpDamaged;
  for (const { id, error } of options.damaged) {
    findings.push(beyondRepair(id, failureReason(error), giveUp));
    beyond.push(id);
    if (giveUp) going.push(id);
  }
  await writer?.finish();
  const repaired: RepairedSnapshot[] = [];
  for (const { old, tree } of rewritten) {
    const made = options.existing.find(({ original, tree: its }) => original === old.id && its === tree.id)?.id;
    const id = made ?? (dryRun ? undefined : await saveRepaired(repo, old, tree, signal));
    if (forget) going.push(old.id);
    repaired.push({ old: old.id, new: id });
  }
  if (!dryRun) {
    for (const name of going) await repo.storage.remove({ type: "snapshots", name });
  }
  const count = options.snapshots.length + options.damaged.length;
  return { snapshots: count, repaired, beyondRepair: beyond, removed: going.length, findings };
}

/**
 * Pieces that lie in packs but in no index would count as lost, and be cut out of every snapshot: that must never happen for want of a
 * `repair index`. Packs that are listed but gone are what there is to repair.
 */
async function indexOfAll(
  repo: Repository,
  signal?: AbortSignal,
): Promise<{ readonly indexed: IndexedRepository; readonly findings: Finding[] }> {
  const plan = await planIndexRepair(repo, { readAllPacks: false, ...(signal ? { signal } : {}) });
  const index = indexOf(plan.loaded, (pack) => plan.sizes.has(pack));
  if (plan.loaded.damaged.length > 0 || addsBlobs(plan, { ...repo, index })) {
    throw new ObhutError("INDEX_REPAIR_FIRST", { location: repo.storage.location });
  }
  const findings = plan.findings.filter(({ code }) => code === "PACK_DAMAGED");
  return { indexed: { ...repo, index }, findings };
}

function addsBlobs(plan: IndexRepairPlan, { index }: IndexedRepository): boolean {
  for (const { blobs } of plan.rewrite.add) {
    for (const { type, id } of blobs) if (!index.has(type, id)) return true;
  }
  return false;
}

async function saveRepaired(
  repo: Repository,
  { id: old, ...snapshot }: StoredSnapshot,
  tree: RepairedTree,
  signal?: AbortSignal,
): Promise<SnapshotId> {
  const tags = snapshot.tags.includes(repairedTag) ? snapshot.tags : [...snapshot.tags, repairedTag];
  const json = encodeSnapshot({ ...snapshot, tree: tree.id, tags, original: old });
  return await saveSealed<SnapshotId>(repo, "snapshots", json, signal);
}

function beyondRepair(id: SnapshotId, reason: AnyReason, givenUp: boolean): Finding {
  const params = { snapshot: shortId(id), reason };
  return givenUp ? finding("SNAPSHOT_LOST", params) : finding("SNAPSHOT_BEYOND_REPAIR", params);
}

function lossFinding(loss: Loss, { id }: StoredSnapshot): Finding {
  const names = { path: displayPath(loss.path), snapshot: shortId(id) };
  switch (loss.kind) {
    case "folder":
      return finding("FOLDER_LOST", { ...names, reason: loss.reason });
    case "file":
      return finding("FILE_LOST", names);
    case "cut":
      return finding("FILE_CUT", { ...names, count: loss.missing, name: displayPath(loss.name) });
    case "size":
      return finding("FILE_SIZE_CORRECTED", { ...names, expected: loss.expected, actual: loss.actual });
    case "entry":
      return finding("ENTRY_REMOVED", { ...names, type: loss.type || "?" });
  }
}
