/**
 * Which blobs the snapshots need. Everything that is removed later is removed because it was not met here, so whatever cannot be read
 * ends it: nothing is ever removed on partial knowledge. Each tree is read once, however many snapshots share it.
 */

import { type BytePath, displayPath, joinPath } from "../../base/byte-path.ts";
import { ObhutError } from "../../base/errors.ts";
import { type BlobId, shortId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import type { BlobIndex } from "../blob-index.ts";
import { failureReason } from "../failure-reason.ts";
import type { BlobType } from "../format/blob.ts";
import { hexIdAt } from "../format/hex.ts";
import { isKnownType, type Node, packedCount } from "../format/node.ts";
import { isDamage } from "../is-damage.ts";
import type { IndexedRepository } from "../repository.ts";
import type { StoredSnapshot } from "../snapshots.ts";
import { loadTree } from "../walk-tree.ts";

/** One byte for each row of a `BlobIndex`: 1 where the blob is used. */
export type UsedRows = Uint8Array;

export interface FindUsedOptions {
  readonly signal?: AbortSignal;
  /** Told how many trees were read, and how many snapshots were begun. */
  readonly onProgress?: (trees: number, snapshots: number) => void;
}

interface Folder {
  readonly tree: BlobId;
  readonly path: BytePath;
  readonly depth: number;
  readonly snapshot: string;
}

/** PRUNE_BLOB_MISSING or PRUNE_TREE_UNREADABLE, naming path and snapshot, where a snapshot is not whole; the storage's error where it cannot be read. */
export async function findUsedBlobs(
  repo: IndexedRepository,
  snapshots: readonly StoredSnapshot[],
  options: FindUsedOptions = {},
): Promise<UsedRows> {
  const finder = new UsedBlobFinder(repo, options);
  // The newest first: what is wrong is named where people will look for it.
  await finder.addAll(
    snapshots.toReversed().map(({ id, tree }) => ({ tree, path: "/" as BytePath, depth: 0, snapshot: shortId(id) })),
  );
  return finder.used;
}

class UsedBlobFinder {
  readonly used: UsedRows;
  readonly #repo: IndexedRepository;
  readonly #options: FindUsedOptions;
  #trees = 0;
  #waiting: Folder[] = [];

  constructor(repo: IndexedRepository, options: FindUsedOptions) {
    this.#repo = repo;
    this.#options = options;
    this.used = new Uint8Array(repo.index.count);
  }

  /** Several snapshots side by side: alone, each would wait for its root, then for what is below it, with nothing else on the way. */
  async addAll(roots: readonly Folder[]): Promise<void> {
    const together = 2 * this.#repo.storage.connections;
    for (let next = 0; next < roots.length || this.#waiting.length > 0; ) {
      this.#options.signal?.throwIfAborted();
      for (; this.#waiting.length < together && next < roots.length; next++) this.#push(roots[next] as Folder);
      const some = this.#waiting.splice(-together);
      await Promise.all(some.map((folder) => this.#readFolder(folder)));
      this.#options.onProgress?.(this.#trees, next);
    }
  }

  async #readFolder(folder: Folder): Promise<void> {
    let nodes: Node[];
    try {
      nodes = await loadTree(this.#repo, folder.tree, this.#options.signal);
    } catch (error) {
      if (this.#options.signal?.aborted || !isDamage(error)) throw error;
      throw this.#unreadable(folder, failureReason(error));
    }
    this.#trees++;
    for (const node of nodes) this.#addNode(folder, node);
  }

  #addNode(folder: Folder, node: Node): void {
    const { content, subtree, type } = node;
    // What it refers to may stand in fields that are not known either.
    if (!isKnownType(type)) throw this.#unreadable(folder, reason("entryType", { type: JSON.stringify(type) }));
    for (let piece = 0; content !== null && piece < packedCount(content); piece++) {
      if (this.#use("data", content, piece)) continue;
      throw this.#missing(hexIdAt(content, piece) as BlobId, { ...folder, path: joinPath(folder.path, node.name) });
    }
    if (subtree !== undefined) {
      const path = joinPath(folder.path, node.name);
      this.#push({ tree: subtree, path, depth: folder.depth + 1, snapshot: folder.snapshot });
    } else if (node.type === "dir") {
      throw this.#unreadable({ ...folder, path: joinPath(folder.path, node.name) }, reason("folderNoTree", {}));
    }
  }

  /** Puts the folder on the list, unless its tree was met before. */
  #push(folder: Folder): void {
    if (folder.depth > limits.maxTreeDepth) throw this.#unreadable(folder, reason("folderDepth", {}));
    const ids = Buffer.from(folder.tree, "hex");
    const row = this.#repo.index.rowAt("tree", ids, 0);
    if (row < 0) throw this.#missing(folder.tree, folder);
    if (this.used[row] === 1) return;
    this.used[row] = 1;
    this.#waiting.push(folder);
  }

  #use(type: BlobType, ids: Uint8Array, at: number): boolean {
    const row = this.#repo.index.rowAt(type, ids, at);
    if (row >= 0) this.used[row] = 1;
    return row >= 0;
  }

  #missing(blob: BlobId, { path, snapshot }: Folder): ObhutError {
    return new ObhutError("PRUNE_BLOB_MISSING", { blob: shortId(blob), path: displayPath(path), snapshot });
  }

  #unreadable({ path, snapshot }: Folder, why: AnyReason): ObhutError {
    return new ObhutError("PRUNE_TREE_UNREADABLE", { path: displayPath(path), snapshot, reason: why });
  }
}

/** The row of an index in which a blob stands; it must be in it. */
export function rowOf(index: BlobIndex, type: BlobType, ids: Uint8Array, at: number): number {
  const row = index.rowAt(type, ids, at);
  if (row < 0) throw new ObhutError("INTERNAL", { reason: `blob ${hexIdAt(ids, at)} fell out of the index` });
  return row;
}
