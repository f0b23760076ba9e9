/** What a repository holds already, as a copy counts on it: what its index lists and is there, and packs that an earlier run left. */
import type { Finding } from "../../base/finding-codes.ts";
import { KnownBlobs } from "../backup/known-blobs.ts";
import { presentPacks } from "../backup/present-packs.ts";
import { IdWords, treeFlag } from "../blob-id-table.ts";
import { headerBlobs } from "../format/pack.ts";
import type { IndexedPack } from "../packs/index-writer.ts";
import type { IndexedRepository } from "../repository.ts";

/** Room for blobs to come, to begin with. */
const newBlobsExpected = 64 * 1024;

export interface KnownIn {
  /** With bit 0 for each. */
  readonly known: KnownBlobs;
  /** Packs that no index lists yet. They must be listed before a snapshot that relies on them is stored. */
  readonly adopted: readonly IndexedPack[];
}

export async function knownIn(
  repository: IndexedRepository,
  onFinding: (found: Finding) => void,
  signal?: AbortSignal,
): Promise<KnownIn> {
  const { missing, adopted } = await presentPacks(repository, { onFinding, ...(signal ? { signal } : {}) });
  const known = KnownBlobs.allocate(newBlobsExpected);
  known.addIndex(repository.index, 1, missing);
  const scratch = new IdWords();
  for (const { id, header } of adopted) {
    for (const blob of headerBlobs(header, id)) {
      if (known.room < 1) known.grow(1);
      known.add(scratch.ofHex(blob.id), 0, blob.type === "tree" ? treeFlag : 0, 1);
    }
  }
  return { known, adopted };
}
