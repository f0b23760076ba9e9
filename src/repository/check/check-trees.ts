/** Follows every snapshot down to its last piece: each tree once, however many snapshots share it. */

import { type BytePath, displayPath, joinPath } from "../../base/byte-path.ts";
import { isObhutError } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { type BlobId, type PackId, shortId } from "../../base/ids.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import { failureReason } from "../failure-reason.ts";
import { hexIdAt } from "../format/hex.ts";
import { isKnownType, type Node, packedCount } from "../format/node.ts";
import { isDamage } from "../is-damage.ts";
import { loadBlobAt } from "../load-blob.ts";
import { plainLength } from "../open-blob.ts";
import type { IndexedRepository } from "../repository.ts";
import type { StoredSnapshot } from "../snapshots.ts";
import { loadTree } from "../walk-tree.ts";

interface Folder {
  readonly tree: BlobId;
  readonly path: BytePath;
  readonly snapshot: string;
}

export interface CheckedTrees {
  readonly trees: number;
  /** Ids of blobs, data and trees, that something refers to and no index knows. */
  readonly unknownBlobs: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

export interface CheckTreesOptions {
  /** Ids of blobs that the index knows but that were found to be lost. */
  readonly lostBlobs: ReadonlySet<string>;
  /** Packs that are proven whole anyway: what is wrong with them is said there. */
  readonly packsRead?: ReadonlySet<PackId>;
  /** An index file could not be read: then what no other knows may be whole, and nothing is said of it. */
  readonly indexIncomplete?: boolean;
  readonly signal?: AbortSignal;
  readonly onTree?: (treesDone: number) => void;
}

export async function checkTrees(
  repo: IndexedRepository,
  snapshots: readonly StoredSnapshot[],
  options: CheckTreesOptions,
): Promise<CheckedTrees> {
  const checker = new TreeChecker(repo, options);
  // The newest first: what is wrong is named where people will look for it.
  await checker.checkAll(
    snapshots.toReversed().map(({ tree, id }) => ({ tree, path: "/" as BytePath, snapshot: shortId(id) })),
  );
  return { trees: checker.seen.size, unknownBlobs: checker.unknown, findings: checker.findings };
}

class TreeChecker {
  readonly seen = new Set<BlobId>();
  readonly unknown = new Set<string>();
  readonly findings: Finding[] = [];
  readonly #repo: IndexedRepository;
  readonly #options: CheckTreesOptions;
  #waiting: Folder[] = [];

  constructor(repo: IndexedRepository, options: CheckTreesOptions) {
    this.#repo = repo;
    this.#options = options;
  }

  /** Several snapshots side by side: alone, each would wait for its root, then for what is below it, with nothing else on the way. */
  async checkAll(roots: readonly Folder[]): Promise<void> {
    const together = 2 * this.#repo.storage.connections;
    for (let next = 0; next < roots.length || this.#waiting.length > 0; ) {
      this.#options.signal?.throwIfAborted();
      for (; this.#waiting.length < together && next < roots.length; next++) this.#push(roots[next] as Folder);
      const some = this.#waiting.splice(-together);
      const loaded = await Promise.all(some.map((folder) => this.#load(folder)));
      // In this order: what snapshots share is named in the newest of them.
      for (const [at, folder] of some.entries()) for (const node of loaded[at] ?? []) this.#checkNode(folder, node);
      this.#options.onTree?.(this.seen.size - this.#waiting.length);
    }
  }

  #push(folder: Folder): void {
    if (this.seen.has(folder.tree)) return;
    this.seen.add(folder.tree);
    this.#waiting.push(folder);
  }

  /** Undefined where it cannot be had, which is a finding. */
  async #load(folder: Folder): Promise<readonly Node[] | undefined> {
    try {
      await this.#tellDamagedCopy(folder.tree);
      return await loadTree(this.#repo, folder.tree, this.#options.signal);
    } catch (error) {
      if (this.#options.signal?.aborted) throw error;
      if (isObhutError(error, "BLOB_MISSING")) this.unknown.add(folder.tree);
      if (this.#options.indexIncomplete && isObhutError(error, "BLOB_MISSING")) return undefined;
      if (isDamage(error)) this.#damaged(folder, failureReason(error));
      else this.findings.push(finding("TREE_UNREADABLE", namesOf(folder, failureReason(error))));
      return undefined;
    }
  }

  /** `loadTree` goes on to the next copy where the first is damaged: nothing is lost, yet it must be said. */
  async #tellDamagedCopy(id: BlobId): Promise<void> {
    const [first, ...others] = this.#repo.index.places("tree", id);
    if (first === undefined || others.length === 0 || this.#options.packsRead?.has(first.pack)) return;
    try {
      await loadBlobAt(this.#repo, first, { type: "tree", id }, this.#options.signal);
    } catch (error) {
      if (this.#options.signal?.aborted) throw error;
      const params = { tree: shortId(id), pack: first.pack, reason: failureReason(error) };
      this.findings.push(finding("TREE_COPY_DAMAGED", params));
    }
  }

  #checkNode(folder: Folder, node: Node): void {
    const path = joinPath(folder.path, node.name);
    if (node.type === "file") this.#checkFile(node, path, folder.snapshot);
    if (!isKnownType(node.type) || node.type === "irregular" || node.type === "") {
      const params = { path: displayPath(path), snapshot: folder.snapshot, type: node.type || "?" };
      this.findings.push(finding("ENTRY_UNKNOWN", params));
    }
    if (node.type !== "dir") return;
    if (node.subtree === undefined) this.#damaged({ ...folder, path }, reason("folderNoTree", {}));
    else this.#push({ tree: node.subtree, path, snapshot: folder.snapshot });
  }

  #checkFile({ content, size }: Node, path: BytePath, snapshot: string): void {
    const ids = content ?? new Uint8Array(0);
    let [missing, actual] = [0, 0];
    for (let piece = 0; piece < packedCount(ids); piece++) {
      const place = this.#repo.index.lookupAt("data", ids, piece);
      if (place === undefined) this.unknown.add(hexIdAt(ids, piece));
      if (place === undefined || this.#isLost(ids, piece)) missing++;
      else actual += plainLength(place);
    }
    const names = { path: displayPath(path), snapshot };
    if (missing > 0 && this.#options.indexIncomplete) return;
    if (missing > 0) this.findings.push(finding("FILE_PIECES_MISSING", { ...names, count: missing }));
    else if (actual !== size) this.findings.push(finding("FILE_SIZE_WRONG", { ...names, expected: size, actual }));
  }

  #isLost(ids: Uint8Array, piece: number): boolean {
    return this.#options.lostBlobs.size > 0 && this.#options.lostBlobs.has(hexIdAt(ids, piece));
  }

  #damaged(folder: Folder, why: AnyReason): void {
    this.findings.push(finding("TREE_DAMAGED", namesOf(folder, why)));
  }
}

function namesOf({ tree, path, snapshot }: Folder, why: AnyReason) {
  return { tree: shortId(tree), path: displayPath(path), snapshot, reason: why };
}
