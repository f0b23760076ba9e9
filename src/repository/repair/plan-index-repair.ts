/** Compares the indexes with the packs that are there, and says what an index of all of them needs. Writes nothing. */
import { eachConcurrently } from "../../base/each-concurrently.ts";
import { ObhutError } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { type PackId, shortId } from "../../base/ids.ts";
import { blobsOf, expectedPackBytes, type LoadedIndexes, loadIndexes } from "../check/listed-packs.ts";
import { failureReason } from "../failure-reason.ts";
import { headerBlobs } from "../format/pack.ts";
import { isDamage } from "../is-damage.ts";
import { listPacks } from "../packs/list-packs.ts";
import { loadPackHeader, type StoredPack } from "../packs/load-pack-header.ts";
import type { Repository } from "../repository.ts";
import { objectName } from "../verified-file.ts";
import type { IndexRewrite, ListedPack } from "./rewrite-indexes.ts";
import { unreadable } from "./unreadable.ts";

export interface IndexPlanOptions {
  /** Trust no index: ask every pack what is in it. */
  readonly readAllPacks: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (packsDone: number, packsTotal: number) => void;
}

export interface IndexRepairPlan {
  readonly loaded: LoadedIndexes;
  /** All that are there. */
  readonly sizes: ReadonlyMap<PackId, number>;
  readonly rewrite: IndexRewrite;
  /** Packs whose headers were asked. */
  readonly packsRead: number;
  /** Of those, listed as their headers have it: no index listed them, or otherwise. */
  readonly packsAdded: number;
  /** Listed, but not there. */
  readonly packsMissing: readonly PackId[];
  /** What an index cannot cure. */
  readonly findings: readonly Finding[];
}

/**
 * What is damaged is in the plan. Errors: REPAIR_UNREADABLE where an index file or a pack cannot be read, PACKS_ALL_GONE; the storage's
 * where it cannot be listed.
 */
export async function planIndexRepair(repo: Repository, options: IndexPlanOptions): Promise<IndexRepairPlan> {
  const { readAllPacks, signal } = options;
  const loaded = await loadIndexes(repo, signal);
  refuseUnreadable(repo, loaded);
  const sizes = await listPacks(repo, signal);
  refuseAllGone(repo, loaded, sizes);
  const toRead: StoredPack[] = [];
  for (const [id, sizeBytes] of sizes) {
    const rows = loaded.packs.get(id);
    if (readAllPacks || rows === undefined || expectedPackBytes(rows) !== sizeBytes) toRead.push({ id, sizeBytes });
  }
  const { packs, findings } = await readHeaders(repo, toRead, loaded, options);
  const packsMissing = [...loaded.packs.keys()].filter((id) => !sizes.has(id));
  const missing = packsMissing.map((id) => {
    const rows = loaded.packs.get(id);
    return finding("PACK_MISSING", { pack: shortId(id), blobs: rows === undefined ? 0 : rows.to - rows.from });
  });
  const leaveOut = new Set([...(readAllPacks ? loaded.packs.keys() : packsMissing), ...packs.map(({ id }) => id)]);
  // A pack whose header is gone keeps what the index said of it: `repair packs` saves its blobs by that.
  const kept = readAllPacks ? keptPacks(loaded, sizes, packs) : [];
  return {
    loaded,
    sizes,
    rewrite: { files: loaded.files, leaveOut, add: [...packs, ...kept], obsolete: loaded.damaged.map(({ id }) => id) },
    packsRead: toRead.length,
    packsAdded: packs.length,
    packsMissing,
    findings: [...loaded.findings, ...missing, ...findings],
  };
}

/** It may be the only one that knows what is in a pack whose header is damaged. */
export function refuseUnreadable(repo: Repository, { unreadable: [first] }: LoadedIndexes): void {
  if (first !== undefined) throw unreadable(repo, objectName("index", first.id), first.error);
}

/** A disk that is not mounted looks like this; an index made of that would be empty, and every snapshot beyond repair. */
function refuseAllGone(
  { storage: { location } }: Repository,
  { packs }: LoadedIndexes,
  sizes: ReadonlyMap<PackId, number>,
): void {
  if (packs.size > 0 && sizes.size === 0) throw new ObhutError("PACKS_ALL_GONE", { location, count: packs.size });
}

async function readHeaders(
  repo: Repository,
  toRead: readonly StoredPack[],
  loaded: LoadedIndexes,
  { signal, onProgress }: IndexPlanOptions,
): Promise<{ readonly packs: ListedPack[]; readonly findings: Finding[] }> {
  const packs: ListedPack[] = [];
  const findings: Finding[] = [];
  let done = 0;
  await eachConcurrently(toRead.length, repo.storage.connections, async (at) => {
    const pack = toRead[at];
    if (pack === undefined) return;
    try {
      const header = await loadPackHeader(repo, pack, signal);
      packs.push({ id: pack.id, blobs: [...headerBlobs(header, pack.id)] });
    } catch (error) {
      if (!isDamage(error)) throw signal?.aborted ? error : unreadable(repo, objectName("data", pack.id), error);
      const [id, reason] = [pack.id, failureReason(error)];
      findings.push(
        loaded.packs.has(id)
          ? finding("PACK_DAMAGED", { pack: id, reason })
          : finding("PACK_NOT_INDEXED", { pack: id, reason }),
      );
    }
    onProgress?.(++done, toRead.length);
  });
  return { packs, findings };
}

function keptPacks(
  loaded: LoadedIndexes,
  sizes: ReadonlyMap<PackId, number>,
  read: readonly ListedPack[],
): ListedPack[] {
  const known = new Set(read.map(({ id }) => id));
  return [...loaded.packs]
    .filter(([id]) => sizes.has(id) && !known.has(id))
    .map(([id, rows]) => ({ id, blobs: blobsOf(rows) }));
}
