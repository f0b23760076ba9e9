/** Removes packs and index files that are not needed any more, and counts what it could. */

import { eachConcurrently } from "../../base/each-concurrently.ts";
import { finding } from "../../base/finding-codes.ts";
import { type IndexId, type PackId, shortId } from "../../base/ids.ts";
import type { AnyReason } from "../../base/reason-codes.ts";
import { failureReason } from "../failure-reason.ts";
import type { Repository } from "../repository.ts";
import { requireRemoval } from "../require-removal.ts";
import type { AppliedPrune, ApplyPruneOptions } from "./apply-prune.ts";

export interface RemovedPack {
  readonly id: PackId;
  readonly sizeBytes: number;
}

export class FileRemover {
  readonly #repo: Repository;
  readonly #options: ApplyPruneOptions;
  #packsRemoved = 0;
  #bytesRemoved = 0;
  #packsLeft = 0;

  constructor(repo: Repository, options: ApplyPruneOptions) {
    this.#repo = repo;
    this.#options = options;
  }

  get done(): Pick<AppliedPrune, "packsRemoved" | "bytesRemoved" | "packsLeft"> {
    return { packsRemoved: this.#packsRemoved, bytesRemoved: this.#bytesRemoved, packsLeft: this.#packsLeft };
  }

  /** STORAGE_APPEND_ONLY where the storage refuses to remove. */
  async requireAllowed(): Promise<void> {
    await requireRemoval(this.#repo, "data");
  }

  /** One that stays harms nobody: a finding says so, and the next prune tries again. */
  async removePacks(packs: readonly RemovedPack[]): Promise<void> {
    const { storage } = this.#repo;
    let failed: { readonly pack: PackId; readonly reason: AnyReason } | undefined;
    let [left, packsDone, bytesDone] = [0, 0, 0];
    const [packsTotal, bytesTotal] = [packs.length, packs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)];
    await this.#each(packs, async ({ id, sizeBytes }) => {
      this.#options.onProgress({ phase: "remove", packsDone: packsDone++, packsTotal, bytesDone, bytesTotal });
      bytesDone += sizeBytes;
      try {
        await storage.remove({ type: "data", name: id });
        this.#packsRemoved++;
        this.#bytesRemoved += sizeBytes;
      } catch (error) {
        failed ??= { pack: id, reason: failureReason(error) };
        left++;
      }
    });
    this.#packsLeft += left;
    if (failed === undefined) return;
    const params = { count: left, pack: shortId(failed.pack), reason: failed.reason };
    this.#options.onFinding(finding("PACKS_NOT_REMOVED", params));
  }

  /** Rejects with the first error: as long as an index names them, packs must stay. */
  async removeIndexes(ids: readonly IndexId[]): Promise<void> {
    await this.#each(ids, (id) => this.#repo.storage.remove({ type: "index", name: id }));
  }

  async #each<T>(items: readonly T[], remove: (item: T) => Promise<void>): Promise<void> {
    const { signal } = this.#options;
    await eachConcurrently(items.length, this.#repo.storage.connections, async (at) => {
      signal.throwIfAborted();
      const item = items[at];
      if (item !== undefined) await remove(item);
    });
  }
}
