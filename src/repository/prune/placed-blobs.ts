/** Which of the used blobs are where they stay: in a pack that is kept, or in a new one. */
import { ObhutError } from "../../base/errors.ts";
import { forEachEntry } from "./pack-use.ts";
import type { LoadedPrunePlan } from "./prune-plan.ts";
import type { UsedRows } from "./used-blobs.ts";

export class PlacedBlobs {
  readonly #used: UsedRows;
  readonly #placed: Uint8Array;

  /** Those in kept packs. */
  constructor({ packs, index, used }: LoadedPrunePlan) {
    this.#used = used;
    this.#placed = new Uint8Array(used.length);
    for (const { pack, fate } of packs) {
      if (fate !== "keep") continue;
      forEachEntry(
        pack,
        (_columns, _at, row) => {
          this.#placed[row] = 1;
        },
        index,
      );
    }
  }

  /** Whether the blob of this row is used and in no place yet; then the caller must write it. */
  take(row: number): boolean {
    if (this.#used[row] !== 1 || this.#placed[row] === 1) return false;
    this.#placed[row] = 1;
    return true;
  }

  /** The proof before anything is removed. INTERNAL where a used blob is left over. */
  requireAll(): void {
    for (let row = 0; row < this.#used.length; row++) {
      if (this.#used[row] === 1 && this.#placed[row] !== 1) {
        throw new ObhutError("INTERNAL", { reason: "a used blob was not written anew; nothing was removed" });
      }
    }
  }
}
