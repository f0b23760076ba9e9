/**
 * The parent snapshots of a backup, and whether a file is still what they hold. Each folder's tree is read once, when the
 * first of its entries is asked for.
 */
import { type BytePath, baseName, parentPath } from "../../base/byte-path.ts";
import type { BlobId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import type { Node, PackedIds } from "../format/node.ts";
import { sameContent, sameMetadata } from "../format/same-node.ts";
import { nsOfTimeText } from "../format/time-text.ts";
import type { SourceEntry } from "../source-entry.ts";
import { loadTree } from "../walk-tree.ts";
import type { BackupTarget } from "./backup-options.ts";

type Folder = ReadonlyMap<BytePath, Node>;

/** One target's parent. Without one, nothing is ever found. */
export class ParentFiles {
  readonly #target: BackupTarget;
  readonly #folders = new Map<BytePath, Promise<Folder>>();
  /** Times of a file later than this say nothing: it may have changed within the same tick after it was captured. */
  readonly #settledBeforeNs: bigint;
  readonly #signal: AbortSignal;

  constructor(target: BackupTarget, signal: AbortSignal) {
    this.#target = target;
    this.#signal = signal;
    const { parent } = target;
    this.#settledBeforeNs =
      parent === undefined ? 0n : nsOfTimeText(parent.time) - BigInt(limits.timesSettledMs) * 1_000_000n;
  }

  /** The parent's node at `path`. */
  async find(path: BytePath): Promise<Node | undefined> {
    return (await this.#folder(parentPath(path))).get(baseName(path));
  }

  /** The tree that the parent has for the folder at `path`. */
  async treeAt(path: BytePath): Promise<BlobId | undefined> {
    return path === "/" ? this.#target.parent?.tree : (await this.find(path))?.subtree;
  }

  /** The parent's content where stat and state both say that the file is the same; else undefined: it must be read. */
  async unchangedContent({ path, meta, state }: SourceEntry): Promise<PackedIds | undefined> {
    const node = await this.find(path);
    if (node?.type !== "file" || node.content === null) return undefined;
    const sameStat =
      node.size === meta.sizeBytes &&
      node.inode === meta.inode &&
      nsOfTimeText(node.mtime) === meta.mtimeNs &&
      nsOfTimeText(node.ctime) === meta.ctimeNs;
    const settled = meta.mtimeNs < this.#settledBeforeNs && meta.ctimeNs < this.#settledBeforeNs;
    return sameStat && settled && this.#target.parentStates?.get(path) === state ? node.content : undefined;
  }

  /** The tree that the parent has for the folder at `path`, where it says just that of just these entries. */
  async treeOf(path: BytePath, nodes: readonly Node[]): Promise<BlobId | undefined> {
    const before = await this.#folder(path);
    const same = (node: Node): boolean => {
      const other = before.get(node.name);
      return other !== undefined && sameMetadata(other, node) && sameContent(other, node);
    };
    return before.size === nodes.length && nodes.every(same) ? await this.treeAt(path) : undefined;
  }

  #folder(path: BytePath): Promise<Folder> {
    let folder = this.#folders.get(path);
    if (folder === undefined) {
      folder = this.#loadFolder(path);
      this.#folders.set(path, folder);
    }
    return folder;
  }

  /** A tree that cannot be read is no parent: its files are read from the source again. */
  async #loadFolder(path: BytePath): Promise<Folder> {
    const tree = await this.treeAt(path);
    const nodes = tree === undefined ? [] : await this.#loadNodes(tree);
    return new Map(nodes.map((node) => [node.name, node]));
  }

  async #loadNodes(tree: BlobId): Promise<readonly Node[]> {
    try {
      return await loadTree(this.#target.repository, tree, this.#signal);
    } catch {
      this.#signal.throwIfAborted();
      return [];
    }
  }
}
