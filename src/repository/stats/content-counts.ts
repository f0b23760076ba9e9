/**
 * Counts each content once, by the list of its pieces. As restic does (cmd/restic/cmd_stats.go): `files-by-contents` adds up the sizes
 * of different contents (everything that has none, such as folders, is one of them); `blobs-per-file` adds up the pieces of each path,
 * where a content belongs to the path it was met at first.
 */
import { hash } from "node:crypto";
import { type BytePath, joinPath } from "../../base/byte-path.ts";
import { ObhutError } from "../../base/errors.ts";
import { type BlobId, shortId } from "../../base/ids.ts";
import { ChildTrees, treeOf } from "../child-trees.ts";
import { hexIdAt } from "../format/hex.ts";
import { type Node, packedCount } from "../format/node.ts";
import { plainLength } from "../open-blob.ts";
import type { IndexedRepository } from "../repository.ts";
import { loadTree } from "../walk-tree.ts";

export class ContentCounts {
  files = 0;
  blobs = 0;
  bytes = 0;
  readonly #repo: IndexedRepository;
  readonly #byPath: boolean;
  readonly #signal: AbortSignal;
  readonly #contents = new Set<string>();
  /** Whatever is in these was counted. */
  readonly #trees = new Set<BlobId>();
  /** Numbers of the blobs that each path was found to have. */
  readonly #paths = new Map<BytePath, Set<number>>();

  constructor(repo: IndexedRepository, mode: "files-by-contents" | "blobs-per-file", signal: AbortSignal) {
    this.#repo = repo;
    this.#byPath = mode === "blobs-per-file";
    this.#signal = signal;
  }

  async add(tree: BlobId): Promise<void> {
    if (this.#trees.has(tree)) return;
    this.#trees.add(tree);
    await this.#countAll(await loadTree(this.#repo, tree, this.#signal), "/" as BytePath, 0);
  }

  /** Each entry before what is below it, as restic goes: which path meets a content first depends on it. */
  async #countAll(nodes: readonly Node[], at: BytePath, depth: number): Promise<void> {
    const wanted = (id: BlobId): boolean => !this.#trees.has(id);
    const children = new ChildTrees(this.#repo, nodes, { depth, wanted, signal: this.#signal });
    for (const node of nodes) {
      const path = joinPath(at, node.name);
      this.#count(node, path);
      if (node.type !== "dir" || this.#trees.has(treeOf(node))) continue;
      this.#trees.add(treeOf(node));
      await this.#countAll(await children.below(node), path, depth + 1);
    }
  }

  #count({ content, size }: Node, path: BytePath): void {
    const ids = content ?? new Uint8Array(0);
    const name = hash("sha256", ids, "base64");
    if (this.#contents.has(name)) return;
    this.#contents.add(name);
    if (this.#byPath) {
      this.#countPieces(ids, path);
    } else {
      this.files += 1;
      this.bytes += size;
    }
  }

  #countPieces(ids: Uint8Array, path: BytePath): void {
    if (ids.length === 0) return;
    let known = this.#paths.get(path);
    if (known === undefined) {
      known = new Set();
      this.#paths.set(path, known);
      this.files += 1;
    }
    for (let piece = 0; piece < packedCount(ids); piece++) {
      const row = this.#repo.index.rowAt("data", ids, piece);
      const place = this.#repo.index.lookupAt("data", ids, piece);
      if (place === undefined) {
        throw new ObhutError("BLOB_MISSING", { blob: shortId(hexIdAt(ids, piece) as BlobId) });
      }
      if (known.has(row)) continue;
      known.add(row);
      this.blobs += 1;
      this.bytes += plainLength(place);
    }
  }
}
