/** Goes through the trees of a snapshot, without recursion, in the order of the paths' bytes, parents first. */

import { type BytePath, baseName, bytePath, displayPath, joinPath, parentPath } from "../base/byte-path.ts";
import { ObhutError } from "../base/errors.ts";
import { type BlobId, shortId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { reason } from "../base/reason-codes.ts";
import { damaged } from "./format/damaged.ts";
import type { Node } from "./format/node.ts";
import { decodeTree } from "./format/tree-decoder.ts";
import { loadBlob } from "./load-blob.ts";
import type { IndexedRepository } from "./repository.ts";

export interface WalkedNode {
  /** Absolute, inside the snapshot. */
  readonly path: BytePath;
  readonly node: Node;
}

export interface WalkOptions {
  /** Where `tree` hangs; default `/`. */
  readonly at?: BytePath;
  /** Whether to go into this folder; default: into every one. */
  readonly enter?: (walked: WalkedNode) => boolean;
  /** What to do where a folder's tree cannot be read; by default its error is thrown. The walk goes on behind it. */
  readonly onError?: (error: unknown, path: BytePath) => void;
  readonly signal?: AbortSignal;
}

/** The nodes of one tree. BLOB_MISSING, OBJECT_DAMAGED. */
export async function loadTree(repo: IndexedRepository, id: BlobId, signal?: AbortSignal): Promise<Node[]> {
  return decodeTree(await loadBlob(repo, "tree", id, signal), reason("objectTree", { id: shortId(id) }));
}

/** How many folders' trees are fetched before they are needed, so that a distant storage is not asked for one at a time. */
const lookAhead = 8;

export async function* walkTree(
  repo: IndexedRepository,
  tree: BlobId,
  options: WalkOptions = {},
): AsyncGenerator<WalkedNode> {
  const { at = "/" as BytePath, enter = () => true, signal } = options;
  // Depth-first with a stack of folders still to be read; a folder's own nodes come before what is below them.
  const stack: { readonly path: BytePath; readonly id: BlobId; readonly depth: number; nodes?: Promise<Node[]> }[] = [
    { path: at, id: tree, depth: 0 },
  ];
  for (let folder = stack.pop(); folder !== undefined; folder = stack.pop()) {
    signal?.throwIfAborted();
    for (const next of stack.slice(-lookAhead)) next.nodes ??= quiet(loadTree(repo, next.id, signal));
    let nodes: Node[];
    try {
      if (folder.depth > limits.maxTreeDepth)
        throw damaged(reason("objectTree", { id: shortId(folder.id) }), reason("folderDepth", {}));
      nodes = await (folder.nodes ?? loadTree(repo, folder.id, signal));
    } catch (error) {
      if (options.onError === undefined || signal?.aborted) throw error;
      options.onError(error, folder.path);
      continue;
    }
    const below: typeof stack = [];
    for (const node of nodes) {
      const walked = { path: joinPath(folder.path, node.name), node };
      yield walked;
      if (node.subtree === undefined || node.type !== "dir" || !enter(walked)) continue;
      below.push({ path: walked.path, id: node.subtree, depth: folder.depth + 1 });
    }
    stack.push(...below.reverse());
  }
}

/** A promise that somebody may never wait for. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** The node at `path` (absolute), or undefined. For `/` there is no node: it is the snapshot's tree itself. */
export async function findNode(
  repo: IndexedRepository,
  tree: BlobId,
  path: BytePath,
  signal?: AbortSignal,
): Promise<Node | undefined> {
  const folder = await treeAt(repo, tree, parentPath(path), signal);
  if (folder === undefined) return undefined;
  const name = baseName(path);
  return (await loadTree(repo, folder, signal)).find((node) => node.name === name);
}

/** The tree of the folder at `path`, or undefined where there is no such folder. */
export async function treeAt(
  repo: IndexedRepository,
  tree: BlobId,
  path: BytePath,
  signal?: AbortSignal,
): Promise<BlobId | undefined> {
  let id: BlobId | undefined = tree;
  for (const name of path.split("/")) {
    if (name === "" || id === undefined) continue;
    const nodes: Node[] = await loadTree(repo, id, signal);
    id = nodes.find((node) => node.name === name && node.type === "dir")?.subtree;
  }
  return id;
}

/** The same, as an error a person understands where there is none. */
export async function requireTreeAt(
  repo: IndexedRepository,
  tree: BlobId,
  path: BytePath,
  signal?: AbortSignal,
): Promise<BlobId> {
  const found = await treeAt(repo, tree, path, signal);
  if (found === undefined) throw new ObhutError("PATH_NOT_IN_SNAPSHOT", { path: displayPath(path) });
  return found;
}

export function virtualPath(text: string): BytePath {
  const clean = `/${text}`.replace(/\/+/g, "/").replace(/\/$/, "");
  return bytePath(clean === "" ? "/" : clean);
}
