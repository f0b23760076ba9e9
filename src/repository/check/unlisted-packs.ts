/** Packs that no index lists: what an interrupted run leaves, or what an index has lost. */
import { eachConcurrently } from "../../base/each-concurrently.ts";
import { isObhutError } from "../../base/errors.ts";
import { type Finding, type FindingCode, finding } from "../../base/finding-codes.ts";
import { headerBlobs } from "../format/pack.ts";
import { loadPackHeader, type StoredPack } from "../packs/load-pack-header.ts";
import type { Repository } from "../repository.ts";
import type { CheckedTrees } from "./check-trees.ts";

const unread: readonly FindingCode[] = ["SNAPSHOT_DAMAGED", "SNAPSHOT_UNREADABLE", "TREE_DAMAGED", "TREE_UNREADABLE"];

/**
 * A note where nobody needs them. `unknownBlobs`: ids of blobs that snapshots refer to and no index knows. While a
 * snapshot or a folder cannot be read, nobody knows what it needs: then no pack is called unused. `findings`: those of snapshots and trees.
 */
export async function unlistedPacks(
  repo: Repository,
  packs: readonly StoredPack[],
  { unknownBlobs: unknown, findings }: Pick<CheckedTrees, "unknownBlobs" | "findings">,
  signal?: AbortSignal,
): Promise<Finding[]> {
  if (packs.length === 0) return [];
  const needed = unknown.size === 0 ? [] : await packsHolding(repo, packs, unknown, signal);
  const allRead = !findings.some(({ code }) => unread.includes(code));
  const others = allRead ? packs.filter((pack) => !needed.includes(pack)) : [];
  return [
    ...(needed.length === 0 ? [] : [finding("PACKS_NOT_INDEXED", sumOf(needed))]),
    ...(others.length === 0 ? [] : [finding("PACKS_UNUSED", sumOf(others))]),
  ];
}

function sumOf(packs: readonly StoredPack[]): { readonly count: number; readonly sizeBytes: number } {
  return { count: packs.length, sizeBytes: packs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

async function packsHolding(
  repo: Repository,
  packs: readonly StoredPack[],
  wanted: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<StoredPack[]> {
  const holding: StoredPack[] = [];
  await eachConcurrently(packs.length, repo.storage.connections, async (at) => {
    const pack = packs[at];
    if (pack === undefined) return;
    try {
      const header = await loadPackHeader(repo, pack, signal);
      for (const { id } of headerBlobs(header, pack.id)) {
        if (!wanted.has(id)) continue;
        holding.push(pack);
        return;
      }
    } catch (error) {
      // One that nobody can read is what an upload that was cut off leaves.
      if (!isObhutError(error) || signal?.aborted) throw error;
    }
  });
  return holding;
}
