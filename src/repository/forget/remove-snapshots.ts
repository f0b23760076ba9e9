/** Removes snapshot files, and nothing else: what they referred to stays until somebody prunes. */
import { eachConcurrently } from "../../base/each-concurrently.ts";
import type { ObhutError } from "../../base/errors.ts";
import type { SnapshotId } from "../../base/ids.ts";
import { concernsOneFile } from "../concerns-one-file.ts";
import type { Repository } from "../repository.ts";
import { requireRemoval } from "../require-removal.ts";

export interface RemovedSnapshots {
  readonly removed: readonly SnapshotId[];
  readonly failed: readonly { readonly id: SnapshotId; readonly error: ObhutError }[];
}

/**
 * In the order given, some at a time; a crash in between leaves the rest. One that the storage does not remove keeps none of the others
 * from it, unless the place itself fails; STORAGE_APPEND_ONLY where it can be told beforehand that none will be. `signal` is that of the repository's exclusive lock:
 * it ends the work between two removals.
 */
export async function removeSnapshots(
  repo: Repository,
  ids: readonly SnapshotId[],
  { signal }: { readonly signal: AbortSignal },
): Promise<RemovedSnapshots> {
  const removed: SnapshotId[] = [];
  const failed: { id: SnapshotId; error: ObhutError }[] = [];
  if (ids.length > 0) await requireRemoval(repo, "snapshots");
  await eachConcurrently(ids.length, repo.storage.connections, async (index) => {
    const id = ids[index];
    if (id === undefined) return;
    signal.throwIfAborted();
    try {
      await repo.storage.remove({ type: "snapshots", name: id });
      removed.push(id);
    } catch (error) {
      if (!concernsOneFile(error)) throw error;
      failed.push({ id, error });
    }
  });
  return { removed, failed };
}
