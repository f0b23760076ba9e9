/**
 * A copy of a blob is given up only when the one that stays has been read and is whole: the index cannot tell a damaged copy from a
 * good one, and this prune may be about to remove the good one.
 */

import { type Finding, finding } from "../../base/finding-codes.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import { hexIdAt } from "../format/hex.ts";
import type { IndexedRepository } from "../repository.ts";
import type { ListedPack } from "./pack-list.ts";
import { forEachEntry } from "./pack-use.ts";
import type { LoadedPrunePlan } from "./prune-plan.ts";
import { readBlobs, type WantedBlob, wantedBlobs } from "./read-blobs.ts";
import { copyFromElsewhere, type RepackOptions } from "./repack.ts";

export interface ProveCopiesOptions extends Pick<RepackOptions, "writer" | "opener" | "signal"> {
  readonly onFinding: (found: Finding) => void;
}

/**
 * Reads, in packs that stay, what has another copy in a pack that goes; where all that stay are damaged, the blob is written anew from
 * the others. A finding names each damaged pack. PRUNE_BLOB_DAMAGED where no copy is whole.
 */
export async function proveCopies(
  repo: IndexedRepository,
  plan: LoadedPrunePlan,
  options: ProveCopiesOptions,
): Promise<void> {
  const unproven = givenUp(plan);
  const damaged: { readonly pack: ListedPack; readonly blob: WantedBlob }[] = [];
  for (const { pack, fate } of plan.packs) {
    if (fate !== "keep") continue;
    let damage: AnyReason | undefined;
    const wanted = wantedBlobs(pack, repo.index, (row) => unproven[row] === 1);
    for await (const { blob, opened } of readBlobs(repo, pack, wanted, options)) {
      if (opened.damage === undefined) {
        unproven[blob.row] = 0;
        continue;
      }
      damaged.push({ pack, blob });
      damage ??= reason("ofBlob", { blob: hexIdAt(blob.id, 0).slice(0, 8), reason: opened.damage });
    }
    if (damage !== undefined) options.onFinding(finding("PACK_DAMAGED", { pack: pack.id, reason: damage }));
  }
  for (const { pack, blob } of damaged) {
    if (unproven[blob.row] !== 1) continue;
    unproven[blob.row] = 0;
    await copyFromElsewhere(repo, pack, blob, options);
  }
}

/** 1 for each used blob of which a copy goes. */
function givenUp({ packs, loose, index, used }: LoadedPrunePlan): Uint8Array {
  const rows = new Uint8Array(index.count);
  const going = [
    ...packs.filter(({ fate }) => fate === "repack" || fate === "remove").map(({ pack }) => pack),
    ...loose.flatMap(({ mark, fate }) => (mark !== undefined && fate === "remove" ? [mark] : [])),
  ];
  for (const pack of going) {
    forEachEntry(
      pack,
      (_columns, _at, row) => {
        rows[row] = used[row] ?? 0;
      },
      index,
    );
  }
  return rows;
}
