/**
 * Trees without what patterns leave out. A tree in which nothing changes stays what it is, byte for byte; one that would come out of our encoder
 * in other bytes is refused, for it holds what is unknown here. Source: restic's internal/walker/rewriter.go.
 */

import { hash } from "node:crypto";
import { type BytePath, displayPath, joinPath } from "../../base/byte-path.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { type BlobId, shortId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import { reason } from "../../base/reason-codes.ts";
import { failureReason } from "../failure-reason.ts";
import { damaged } from "../format/damaged.ts";
import type { Node } from "../format/node.ts";
import { decodeTree } from "../format/tree-decoder.ts";
import { TreeEncoder } from "../format/tree-encoder.ts";
import { isDamage } from "../is-damage.ts";
import { loadBlob } from "../load-blob.ts";
import type { IndexedRepository } from "../repository.ts";

export interface RewriteTreesOptions {
  readonly repo: IndexedRepository;
  /** Whether the entry at this path goes, with all below it. */
  readonly leavesOut: (path: BytePath) => boolean;
  /** Takes a tree that the repository does not have yet. */
  readonly store: (tree: Buffer) => Promise<unknown>;
  readonly onFinding: (found: Finding) => void;
  readonly signal?: AbortSignal;
}

export interface RewrittenTree {
  readonly id: BlobId;
  /** What is left in it and below. */
  readonly files: number;
  readonly bytes: number;
}

interface Folder {
  readonly tree: BlobId;
  readonly path: BytePath;
  readonly depth: number;
  readonly snapshot: string;
}

export class TreeRewriter {
  readonly #options: RewriteTreesOptions;
  /** By path and id: what is left out depends on where a tree hangs. */
  readonly #done = new Map<string, RewrittenTree>();
  readonly #stored = new Set<BlobId>();

  constructor(options: RewriteTreesOptions) {
    this.#options = options;
  }

  /** The tree that a snapshot gets; undefined where one of its trees is damaged or refused, as a finding says. */
  async rewrite(tree: BlobId, snapshot: string): Promise<RewrittenTree | undefined> {
    return await this.#folder({ tree, path: "/" as BytePath, depth: 0, snapshot });
  }

  async #folder(folder: Folder): Promise<RewrittenTree | undefined> {
    const key = `${folder.tree}${folder.path}`;
    const known = this.#done.get(key);
    if (known !== undefined) return known;
    this.#options.signal?.throwIfAborted();
    const nodes = await this.#load(folder);
    if (nodes === undefined) return undefined;
    let [files, bytes, changed] = [0, 0, false];
    const kept: Node[] = [];
    for (const node of nodes) {
      const left = await this.#node(node, folder);
      if (left === undefined) return undefined;
      changed ||= left.node !== node;
      if (left.node === undefined) continue;
      kept.push(left.node);
      files += left.files;
      bytes += left.bytes;
    }
    const id = changed ? await this.#store(encoded(kept)) : folder.tree;
    const done = { id, files, bytes };
    this.#done.set(key, done);
    return done;
  }

  /** The node as it is where nothing below it changes, another one, or none where it goes; undefined where something is refused. */
  async #node(
    node: Node,
    { path, depth, snapshot }: Folder,
  ): Promise<{ readonly node?: Node; readonly files: number; readonly bytes: number } | undefined> {
    const at = joinPath(path, node.name);
    if (this.#options.leavesOut(at)) return { files: 0, bytes: 0 };
    if (node.type !== "dir" || node.subtree === undefined) {
      return node.type === "file" ? { node, files: 1, bytes: node.size } : { node, files: 0, bytes: 0 };
    }
    const below = await this.#folder({ tree: node.subtree, path: at, depth: depth + 1, snapshot });
    if (below === undefined) return undefined;
    const { id, files, bytes } = below;
    return { node: id === node.subtree ? node : { ...node, subtree: id }, files, bytes };
  }

  async #load({ tree, path, depth, snapshot }: Folder): Promise<readonly Node[] | undefined> {
    const { repo, onFinding, signal } = this.#options;
    const names = { tree: shortId(tree), path: displayPath(path), snapshot };
    try {
      if (depth > limits.maxTreeDepth)
        throw damaged(reason("objectTree", { id: shortId(tree) }), reason("folderDepth", {}));
      const json = await loadBlob(repo, "tree", tree, signal);
      const nodes = decodeTree(json, reason("objectTree", { id: shortId(tree) }));
      if (isEncodedAs(nodes, json)) return nodes;
      onFinding(finding("TREE_NOT_REWRITABLE", names));
    } catch (error) {
      if (!isDamage(error) || signal?.aborted) throw error;
      onFinding(finding("TREE_DAMAGED", { ...names, reason: failureReason(error) }));
    }
    return undefined;
  }

  async #store(tree: Buffer): Promise<BlobId> {
    const id = hash("sha256", tree, "hex") as BlobId;
    if (this.#stored.has(id) || this.#options.repo.index.has("tree", id)) return id;
    this.#stored.add(id);
    await this.#options.store(tree);
    return id;
  }
}

function encoded(nodes: readonly Node[]): Buffer {
  const encoder = new TreeEncoder();
  for (const node of nodes) encoder.add(node);
  return encoder.finish();
}

/** False too for nodes out of order, which no tree of ours could hold. */
function isEncodedAs(nodes: readonly Node[], json: Buffer): boolean {
  const inOrder = nodes.every(({ name }, at) => name > (nodes[at - 1]?.name ?? ""));
  return inOrder && encoded(nodes).equals(json);
}
