/**
 * Saves what is whole in damaged packs and takes them out of the repository. Order: a copy of each is kept by the caller, what is
 * whole goes into new packs, a new index lists those and the damaged ones no more, old index files go, then the damaged packs. A
 * crash in between leaves at most blobs that lie in two packs, or packs that no index lists.
 */

import { ObhutError } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { type PackId, shortId } from "../../base/ids.ts";
import { reason } from "../../base/reason-codes.ts";
import { BlobOpener } from "../blob-opener.ts";
import { blobsOf, indexOf, type LoadedIndexes, loadIndexes } from "../check/listed-packs.ts";
import type { PackedBlob } from "../format/blob.ts";
import { headerBlobs } from "../format/pack.ts";
import { BlobWriter } from "../packs/blob-writer.ts";
import { listPacks } from "../packs/list-packs.ts";
import type { Repository } from "../repository.ts";
import { findPacks } from "./find-packs.ts";
import { type DamagedPack, loadDamagedPack } from "./load-damaged-pack.ts";
import { refuseUnreadable } from "./plan-index-repair.ts";
import { lostFiles } from "./repair-index.ts";
import { rewriteIndexes } from "./rewrite-indexes.ts";
import { type SalvagedPack, salvagePack } from "./salvage-pack.ts";

export interface RepairPacksOptions {
  /** Ids, or their first digits. */
  readonly packs: readonly string[];
  readonly dryRun: boolean;
  /** Called with each pack that will go, before anything is written: where it rejects, nothing is. */
  readonly keepCopy: (pack: DamagedPack) => Promise<void>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (packsDone: number, packsTotal: number) => void;
}

export interface RepairedPacks {
  /** Packs that went, or that would. */
  readonly packsRemoved: number;
  /** Packs in which nothing is wrong; they stay. */
  readonly packsSound: number;
  readonly blobsSaved: number;
  /** Blobs that no pack holds whole any more. */
  readonly blobsLost: number;
  readonly findings: readonly Finding[];
}

/** Errors: PACK_NOT_FOUND, PACK_AMBIGUOUS, INDEX_REPAIR_FIRST, REPAIR_UNREADABLE. The caller holds the exclusive lock, or a shared one for a dry run. */
export async function repairPacks(repo: Repository, options: RepairPacksOptions): Promise<RepairedPacks> {
  const { dryRun, signal } = options;
  const loaded = await loadIndexes(repo, signal);
  refuseUnreadable(repo, loaded);
  refuseDamagedIndex(repo, loaded);
  const sizes = await listPacks(repo, signal);
  const asked = findPacks(options.packs, new Set([...loaded.packs.keys(), ...sizes.keys()]));
  const writer = dryRun ? undefined : new BlobWriter(repo, { indexes: "leave", ...(signal ? { signal } : {}) });
  const saved = new Set<string>();
  const lost = new Map<string, PackedBlob>();
  const findings: Finding[] = [];
  const going = new Set<PackId>();
  for (const [at, id] of asked.entries()) {
    signal?.throwIfAborted();
    const listed = listedBlobs(loaded, id);
    const pack = await loadDamagedPack(repo, { id, sizeBytes: sizes.get(id) }, signal);
    const salvaged = pack && salvage(repo, pack, listed);
    if (salvaged?.sound) {
      findings.push(finding("PACK_SOUND", { pack: shortId(id) }));
    } else {
      going.add(id);
      if (pack !== undefined && !dryRun) await options.keepCopy(pack);
      for (const blob of salvaged?.whole ?? []) {
        if (saved.has(keyOf(blob)) || pack === undefined) continue;
        saved.add(keyOf(blob));
        await writer?.addStored(openedBlob(repo, pack, blob));
      }
      for (const blob of salvaged?.lost ?? listed) lost.set(keyOf(blob), blob);
    }
    options.onProgress?.(at + 1, asked.length);
  }
  const index = indexOf(loaded, (pack) => sizes.has(pack) && !going.has(pack));
  const blobsLost = [...lost.values()].filter(
    (blob) => !saved.has(keyOf(blob)) && !index.has(blob.type, blob.id),
  ).length;
  if (writer !== undefined && going.size > 0) await replace(repo, { loaded, going, writer }, signal);
  if (blobsLost > 0 && !dryRun) findings.push(...(await lostFiles(repo, signal)));
  return {
    packsRemoved: going.size,
    packsSound: asked.length - going.size,
    blobsSaved: saved.size,
    blobsLost,
    findings,
  };
}

interface Replacement {
  readonly loaded: LoadedIndexes;
  readonly going: ReadonlySet<PackId>;
  readonly writer: BlobWriter;
}

async function replace(repo: Repository, { loaded, going, writer }: Replacement, signal?: AbortSignal): Promise<void> {
  const packs = await writer.finish();
  const add = packs.map(({ id, header }) => ({ id, blobs: headerBlobs(header, id) }));
  await rewriteIndexes(repo, { files: loaded.files, leaveOut: going, add, obsolete: [] }, signal);
  const written = new Set(packs.map(({ id }) => id));
  for (const id of going) if (!written.has(id)) await repo.storage.remove({ type: "data", name: id });
}

/** What a damaged index lists would count as unknown, and be lost with the pack. */
function refuseDamagedIndex(repo: Repository, { damaged: [first] }: LoadedIndexes): void {
  if (first === undefined) return;
  throw new ObhutError("INDEX_REPAIR_FIRST", { location: repo.storage.location });
}

function salvage(repo: Repository, pack: DamagedPack, listed: readonly PackedBlob[]): SalvagedPack {
  return salvagePack(pack, { sealer: repo.sealer, opener: new BlobOpener(repo.masterKey), listed });
}

function listedBlobs(loaded: LoadedIndexes, id: PackId): readonly PackedBlob[] {
  const rows = loaded.packs.get(id);
  return rows === undefined ? [] : [...blobsOf(rows)];
}

/** As `addStored` takes it: still compressed. */
function openedBlob(repo: Repository, { id: pack, bytes }: DamagedPack, blob: PackedBlob) {
  const sealed = bytes.subarray(blob.offset, blob.offset + blob.length);
  const payload = repo.sealer.open(sealed, reason("objectPack", { id: pack }));
  return { type: blob.type, id: blob.id, payload, uncompressedLength: blob.uncompressedLength };
}

function keyOf({ type, id }: PackedBlob): string {
  return `${type} ${id}`;
}
