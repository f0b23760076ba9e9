/**
 * What a restore of snapshots would write. As restic counts it (cmd/restic/cmd_stats.go, restore-size): every entry is a file, folders
 * too; an inode that several names share counts once in each snapshot.
 */
import type { BlobId } from "../../base/ids.ts";
import { ChildTrees, treeOf } from "../child-trees.ts";
import type { Node } from "../format/node.ts";
import type { IndexedRepository } from "../repository.ts";
import { loadTree } from "../walk-tree.ts";

interface Size {
  readonly files: number;
  readonly bytes: number;
}

export class RestoreSize {
  files = 0;
  bytes = 0;
  readonly #repo: IndexedRepository;
  readonly #signal: AbortSignal;
  /** Trees in which no inode has several names: they count the same wherever they hang. */
  readonly #plain = new Map<BlobId, Size>();

  constructor(repo: IndexedRepository, signal: AbortSignal) {
    this.#repo = repo;
    this.#signal = signal;
  }

  async add(tree: BlobId): Promise<void> {
    const known = this.#plain.get(tree);
    const nodes = known === undefined ? await loadTree(this.#repo, tree, this.#signal) : [];
    const { files, bytes } = known ?? (await this.#measure({ tree, nodes, depth: 0, inodes: new Set() }));
    this.files += files;
    this.bytes += bytes;
  }

  async #measure({ tree, nodes, depth, inodes }: Folder): Promise<Size & { readonly plain: boolean }> {
    const wanted = (id: BlobId): boolean => !this.#plain.has(id);
    const children = new ChildTrees(this.#repo, nodes, { depth, wanted, signal: this.#signal });
    let [files, bytes, plain] = [0, 0, true];
    for (const node of nodes) {
      files += 1;
      if (node.type === "dir") {
        const subtree = treeOf(node);
        const below =
          this.#plain.get(subtree) ??
          (await this.#measure({ tree: subtree, nodes: await children.below(node), depth: depth + 1, inodes }));
        files += below.files;
        bytes += node.size + below.bytes;
        if ("plain" in below) plain &&= below.plain === true;
      } else if (node.links === 1) {
        bytes += node.size;
      } else {
        plain = false;
        bytes += firstOf(inodes, node) ? node.size : 0;
      }
    }
    if (plain) this.#plain.set(tree, { files, bytes });
    return { files, bytes, plain };
  }
}

interface Folder {
  readonly tree: BlobId;
  readonly nodes: readonly Node[];
  readonly depth: number;
  /** Those of several names that were met in this snapshot. */
  readonly inodes: Set<string>;
}

/** Whether this inode was not met before; 0 is none. */
function firstOf(inodes: Set<string>, { inode, deviceId }: Node): boolean {
  const name = `${deviceId}:${inode}`;
  if (inodes.has(name) && inode !== 0n) return false;
  inodes.add(name);
  return true;
}
