/** The trees of the folders in a folder, some of them fetched before they are asked for, as a distant storage wants it. */

import type { BytePath } from "../base/byte-path.ts";
import type { BlobId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { reason } from "../base/reason-codes.ts";
import { damaged } from "./format/damaged.ts";
import type { Node } from "./format/node.ts";
import type { IndexedRepository } from "./repository.ts";
import { loadTree } from "./walk-tree.ts";

const lookAhead = 8;

export interface ChildTreesOptions {
  /** Folders below the snapshot's root. OBJECT_DAMAGED where it is more than a file system can hold. */
  readonly depth: number;
  /** Whether the tree of the folder of this name will be asked for. */
  readonly wanted: (tree: BlobId, name: BytePath) => boolean;
  readonly signal: AbortSignal;
}

export class ChildTrees {
  readonly #repo: IndexedRepository;
  readonly #signal: AbortSignal;
  readonly #folders: readonly Node[];
  readonly #loads = new Map<Node, Promise<Node[]>>();
  #begun = 0;

  constructor(repo: IndexedRepository, nodes: readonly Node[], { depth, wanted, signal }: ChildTreesOptions) {
    if (depth > limits.maxTreeDepth) throw damaged(reason("objectAnyFolder", {}), reason("folderDepth", {}));
    this.#repo = repo;
    this.#signal = signal;
    this.#folders = nodes.filter(
      ({ type, subtree, name }) => type === "dir" && subtree !== undefined && wanted(subtree, name),
    );
  }

  /** The nodes below a folder. Asked for in the order of the nodes. BLOB_MISSING, OBJECT_DAMAGED. */
  async below(folder: Node): Promise<Node[]> {
    this.#signal.throwIfAborted();
    this.#begin(Math.max(this.#begun, this.#folders.indexOf(folder, Math.max(0, this.#begun - lookAhead)) + lookAhead));
    const load = this.#loads.get(folder) ?? this.#load(folder);
    this.#loads.delete(folder);
    return await load;
  }

  #begin(end: number): void {
    for (; this.#begun < Math.min(end, this.#folders.length); this.#begun++) {
      const folder = this.#folders[this.#begun];
      if (folder === undefined) continue;
      const load = this.#load(folder);
      // Who stops before does not wait for it.
      load.catch(() => undefined);
      this.#loads.set(folder, load);
    }
  }

  async #load(folder: Node): Promise<Node[]> {
    return await loadTree(this.#repo, treeOf(folder), this.#signal);
  }
}

/** The tree of a folder. OBJECT_DAMAGED where it has none. */
export function treeOf({ name, subtree }: Node): BlobId {
  if (subtree === undefined) throw damaged(reason("objectFolder", { path: name }), reason("folderNoTree", {}));
  return subtree;
}
