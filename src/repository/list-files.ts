/** What lies in a snapshot: one folder, or all below it. */
import { type BytePath, displayPath } from "../base/byte-path.ts";
import { ObhutError } from "../base/errors.ts";
import type { BlobId } from "../base/ids.ts";
import type { IndexedRepository } from "./repository.ts";
import { findNode, treeAt, type WalkedNode, walkTree } from "./walk-tree.ts";

export interface ListOptions {
  /** Default `/`. */
  readonly path?: BytePath;
  readonly recursive: boolean;
  readonly signal?: AbortSignal;
}

/** The entries at or below `path`; a file lists itself. PATH_NOT_IN_SNAPSHOT. */
export async function* listFiles(
  repo: IndexedRepository,
  tree: BlobId,
  options: ListOptions,
): AsyncGenerator<WalkedNode> {
  const { path = "/" as BytePath, recursive, signal } = options;
  const folder = await treeAt(repo, tree, path, signal);
  if (folder === undefined) {
    const node = await findNode(repo, tree, path, signal);
    if (node === undefined) throw new ObhutError("PATH_NOT_IN_SNAPSHOT", { path: displayPath(path) });
    yield { path, node };
    return;
  }
  yield* walkTree(repo, folder, { at: path, enter: () => recursive, ...(signal ? { signal } : {}) });
}
