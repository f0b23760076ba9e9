/**
 * Whose each blob is: of one snapshot alone, or of several. Tells what every snapshot added, what would be free without it, and what all
 * of them take. Each tree is read at most twice, however many snapshots have it.
 */
import { ObhutError } from "../../base/errors.ts";
import { type BlobId, shortId } from "../../base/ids.ts";
import { ChildTrees, treeOf } from "../child-trees.ts";
import type { BlobType } from "../format/blob.ts";
import { hexIdAt } from "../format/hex.ts";
import { type Node, packedCount } from "../format/node.ts";
import { plainLength } from "../open-blob.ts";
import type { IndexedRepository } from "../repository.ts";
import { loadTree } from "../walk-tree.ts";
import { StoredSize } from "./stored-size.ts";

export interface Growth {
  /** Plain bytes of blobs that no snapshot before had. */
  bytesAdded: number;
  /** What they take in the repository. */
  bytesStored: number;
  /** What no other snapshot has: free once this one alone is forgotten and the repository pruned. */
  bytesFreed: number;
}

/** Numbers of snapshots begin with 1. */
const nobody = 0;
const several = -1;

export class BlobOwners {
  /** Of all blobs. */
  readonly stored = new StoredSize();
  readonly #repo: IndexedRepository;
  readonly #signal: AbortSignal;
  /** By the index's row. */
  readonly #owners: Int32Array;
  readonly #growth: Growth[] = [];

  constructor(repo: IndexedRepository, signal: AbortSignal) {
    this.#repo = repo;
    this.#signal = signal;
    this.#owners = new Int32Array(repo.index.count);
  }

  /** Snapshots in the order of their times, by their root trees. What is found is final when all have been added. */
  async add(tree: BlobId): Promise<Growth> {
    const growth: Growth = { bytesAdded: 0, bytesStored: 0, bytesFreed: 0 };
    const snapshot = this.#growth.push(growth);
    if (this.#take("tree", Buffer.from(tree, "hex"), 0, snapshot)) {
      await this.#takeAll(await loadTree(this.#repo, tree, this.#signal), snapshot, 0);
    }
    return growth;
  }

  async #takeAll(nodes: readonly Node[], snapshot: number, depth: number): Promise<void> {
    const wanted = (id: BlobId): boolean => !this.#settled(id, snapshot);
    const children = new ChildTrees(this.#repo, nodes, { depth, wanted, signal: this.#signal });
    for (const node of nodes) {
      if (node.type === "file" && node.content !== null) {
        for (let piece = 0; piece < packedCount(node.content); piece++)
          this.#take("data", node.content, piece, snapshot);
      }
      if (node.type !== "dir" || !this.#take("tree", Buffer.from(treeOf(node), "hex"), 0, snapshot)) continue;
      await this.#takeAll(await children.below(node), snapshot, depth + 1);
    }
  }

  /** Nothing changes for what is in this tree: it is this snapshot's already, or known to be shared. */
  #settled(tree: BlobId, snapshot: number): boolean {
    const owner = this.#owners[this.#repo.index.rowAt("tree", Buffer.from(tree, "hex"), 0)];
    return owner === several || owner === snapshot;
  }

  /** Whether that changed whose it is. BLOB_MISSING where no index knows it. */
  #take(type: BlobType, ids: Uint8Array, at: number, snapshot: number): boolean {
    const row = this.#repo.index.rowAt(type, ids, at);
    const owner = this.#owners[row] ?? nobody;
    if (owner === several || owner === snapshot) return false;
    const place = this.#repo.index.lookupAt(type, ids, at);
    if (place === undefined) throw new ObhutError("BLOB_MISSING", { blob: shortId(hexIdAt(ids, at) as BlobId) });
    const growth = this.#growth[(owner === nobody ? snapshot : owner) - 1];
    if (growth === undefined) throw new RangeError(`no snapshot ${owner}`);
    this.#owners[row] = owner === nobody ? snapshot : several;
    if (owner !== nobody) {
      growth.bytesFreed -= place.length;
      return true;
    }
    this.stored.add(place);
    growth.bytesAdded += plainLength(place);
    growth.bytesStored += place.length;
    growth.bytesFreed += place.length;
    return true;
  }
}
