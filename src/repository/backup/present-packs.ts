/**
 * Compares what a storage holds with what the index says. A run that was interrupted left packs that no index lists: their
 * headers say what is in them, so nothing of it is uploaded again. A pack that the index lists but is not there must not be
 * counted on.
 */

import { reasonOf } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { type PackId, shortId } from "../../base/ids.ts";
import type { PackHeader } from "../format/pack.ts";
import { listPacks } from "../packs/list-packs.ts";
import { loadPackHeader } from "../packs/load-pack-header.ts";
import type { IndexedRepository } from "../repository.ts";

export interface PresentPacks {
  /** Packs of the index that are not there. */
  readonly missing: ReadonlySet<PackId>;
  /** Packs that no index lists, nor marks as to be removed. */
  readonly adopted: readonly { readonly id: PackId; readonly header: PackHeader }[];
}

export interface PresentPacksOptions {
  /** Size of each pack that was there a moment ago; absent: they are listed. */
  readonly listed?: ReadonlyMap<PackId, number>;
  readonly onFinding: (found: Finding) => void;
  readonly signal?: AbortSignal;
}

export async function presentPacks(
  repo: IndexedRepository,
  { listed, onFinding, signal }: PresentPacksOptions,
): Promise<PresentPacks> {
  const indexed = new Set(repo.index.packs);
  let present = listed ?? (await listPacks(repo, signal));
  let missing = indexed.difference(present);
  if (listed !== undefined && missing.size > 0) {
    // It may have come with an index that was read after the listing.
    present = await listPacks(repo, signal);
    missing = indexed.difference(present);
  }
  const unlisted: { id: PackId; sizeBytes: number }[] = [];
  for (const [id, sizeBytes] of present) {
    if (!indexed.has(id) && !repo.index.marked.has(id)) unlisted.push({ id, sizeBytes });
  }
  const { location } = repo.storage;
  if (missing.size > 0) onFinding(finding("INDEXED_PACKS_MISSING", { location, count: missing.size }));
  const adopted: { id: PackId; header: PackHeader }[] = [];
  const adopt = async (): Promise<void> => {
    for (let pack = unlisted.pop(); pack !== undefined; pack = unlisted.pop()) {
      try {
        adopted.push({ id: pack.id, header: await loadPackHeader(repo, pack, signal) });
      } catch (error) {
        signal?.throwIfAborted();
        onFinding(finding("PACK_NOT_ADOPTED", { location, pack: shortId(pack.id), reason: reasonOf(error) }));
      }
    }
  };
  await Promise.all(Array.from({ length: repo.storage.connections }, adopt));
  return { missing, adopted };
}
