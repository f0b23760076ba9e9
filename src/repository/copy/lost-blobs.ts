/** Blobs that no pack gives any more, and which snapshots need them. */
import type { BlobId } from "../../base/ids.ts";
import type { BlobType } from "../format/blob.ts";
import { hexIdAt } from "../format/hex.ts";
import { packedCount } from "../format/node.ts";
import type { IndexedRepository } from "../repository.ts";
import { loadTree } from "../walk-tree.ts";

export class LostBlobs {
  readonly #repo: IndexedRepository;
  readonly #lost = new Set<string>();
  /** Trees that need none of the lost blobs, nor does what is below them. */
  #sound = new Set<BlobId>();

  constructor(repo: IndexedRepository) {
    this.#repo = repo;
  }

  add(type: BlobType, id: BlobId): void {
    this.#lost.add(keyOf(type, id));
    this.#sound = new Set();
  }

  /** Whether a snapshot with this tree cannot be whole. Reads its trees once more, but only where something was lost. */
  async areNeededBy(root: BlobId, signal?: AbortSignal): Promise<boolean> {
    if (this.#lost.size === 0) return false;
    const seen = new Set<BlobId>([root]);
    const waiting = [root];
    for (let tree = waiting.pop(); tree !== undefined; tree = waiting.pop()) {
      if (this.#sound.has(tree)) continue;
      if (this.#lost.has(keyOf("tree", tree))) return true;
      for (const { content, subtree } of await loadTree(this.#repo, tree, signal)) {
        if (content !== null && this.#someLost(content)) return true;
        if (subtree === undefined || seen.has(subtree)) continue;
        seen.add(subtree);
        waiting.push(subtree);
      }
    }
    for (const tree of seen) this.#sound.add(tree);
    return false;
  }

  #someLost(content: Uint8Array): boolean {
    for (let piece = 0; piece < packedCount(content); piece++) {
      if (this.#lost.has(keyOf("data", hexIdAt(content, piece) as BlobId))) return true;
    }
    return false;
  }
}

function keyOf(type: BlobType, id: BlobId): string {
  return `${type} ${id}`;
}
