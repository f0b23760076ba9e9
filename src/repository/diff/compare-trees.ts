/**
 * What differs between two trees. As restic tells it (cmd/restic/cmd_diff.go), in its order and with its totals; trees that are equal are
 * not listed, and read only where blobs seem to have come or gone that may be in them.
 */
import { type BytePath, joinPath } from "../../base/byte-path.ts";
import type { BlobId } from "../../base/ids.ts";
import { ChildTrees, treeOf } from "../child-trees.ts";
import type { Node } from "../format/node.ts";
import { sameContent, sameMetadata } from "../format/same-node.ts";
import type { IndexedRepository } from "../repository.ts";
import { loadTree } from "../walk-tree.ts";
import { after, type BlobTotals, before, ComparedBlobs } from "./compared-blobs.ts";

export interface Change {
  readonly path: BytePath;
  /**
   * `+` added, `-` removed; else any of `T` another kind of entry, `M` other content, `?` other content with the same metadata, which
   * is a sign of a failing disk, `U` other metadata.
   */
  readonly marks: string;
  readonly before?: Node;
  readonly after?: Node;
}

export interface SideTotals extends BlobTotals {
  files: number;
  folders: number;
  others: number;
}

export interface TreeTotals {
  readonly changedFiles: number;
  readonly added: SideTotals;
  readonly removed: SideTotals;
}

export interface CompareTreesOptions {
  /** Where the trees hang. */
  readonly at: BytePath;
  /** Tells of metadata alone too. */
  readonly metadata: boolean;
  readonly signal: AbortSignal;
}

/** One change after the other, folders before what is in them. BLOB_MISSING, OBJECT_DAMAGED. */
export async function* compareTrees(
  repo: IndexedRepository,
  trees: readonly [before: BlobId, after: BlobId],
  options: CompareTreesOptions,
): AsyncGenerator<Change, TreeTotals> {
  const comparison = new TreeComparison(repo, options);
  if (trees[0] !== trees[1]) yield* comparison.compare(trees);
  return comparison.totals();
}

type Counts = Pick<SideTotals, "files" | "folders" | "others">;

class TreeComparison {
  readonly #repo: IndexedRepository;
  readonly #options: CompareTreesOptions;
  readonly #blobs: ComparedBlobs;
  readonly #equal = new Set<BlobId>();
  readonly #added: Counts = { files: 0, folders: 0, others: 0 };
  readonly #removed: Counts = { files: 0, folders: 0, others: 0 };
  #changedFiles = 0;

  constructor(repo: IndexedRepository, options: CompareTreesOptions) {
    this.#repo = repo;
    this.#options = options;
    this.#blobs = new ComparedBlobs(repo.index);
  }

  async *compare([older, newer]: readonly [BlobId, BlobId]): AsyncGenerator<Change> {
    this.#blobs.addTree(older, before);
    this.#blobs.addTree(newer, after);
    const { signal } = this.#options;
    const nodes = [await loadTree(this.#repo, older, signal), await loadTree(this.#repo, newer, signal)] as const;
    yield* this.#compareFolders(nodes, this.#options.at, 0);
    await this.#addEqual();
  }

  totals(): TreeTotals {
    return {
      changedFiles: this.#changedFiles,
      added: { ...this.#added, ...this.#blobs.only(after) },
      removed: { ...this.#removed, ...this.#blobs.only(before) },
    };
  }

  async *#compareFolders(
    [older, newer]: readonly [readonly Node[], readonly Node[]],
    at: BytePath,
    depth: number,
  ): AsyncGenerator<Change> {
    const equal = equalTrees(older, newer);
    const wanted = (tree: BlobId): boolean => !equal.has(tree);
    const options = { depth, wanted, signal: this.#options.signal };
    const [below, belowNewer] = [
      new ChildTrees(this.#repo, older, options),
      new ChildTrees(this.#repo, newer, options),
    ];
    for (const [a, b] of pairs(older, newer)) {
      if (a !== undefined) this.#blobs.add(a, before);
      if (b !== undefined) this.#blobs.add(b, after);
      const path = joinPath(at, (a ?? b)?.name ?? ("" as BytePath));
      if (a !== undefined && b !== undefined) {
        yield* this.#changesOf(a, b, path);
        if (a.type !== "dir" || b.type !== "dir") continue;
        if (treeOf(a) === treeOf(b)) this.#equal.add(treeOf(a));
        else yield* this.#compareFolders([await below.below(a), await belowNewer.below(b)], path, depth + 1);
      } else if (a !== undefined) {
        yield* this.#all(a, "-", { path, trees: below, depth });
      } else if (b !== undefined) {
        yield* this.#all(b, "+", { path, trees: belowNewer, depth });
      }
    }
  }

  *#changesOf(a: Node, b: Node, path: BytePath): Generator<Change> {
    let marks = a.type === b.type ? "" : "T";
    if (a.type === "file" && b.type === "file" && !sameContent(a, b)) {
      this.#changedFiles += 1;
      marks += sameMetadata(a, b) ? "M?" : "M";
    } else if (this.#options.metadata && !(sameMetadata(a, b) && sameContent(a, b))) {
      marks += "U";
    }
    if (marks !== "") yield { path, marks, before: a, after: b };
  }

  /** A node that only one side has, and all that is below it. */
  async *#all(
    node: Node,
    marks: "+" | "-",
    { path, trees, depth }: { readonly path: BytePath; readonly trees: ChildTrees; readonly depth: number },
  ): AsyncGenerator<Change> {
    const [counts, flag] = marks === "+" ? [this.#added, after] : [this.#removed, before];
    counts[node.type === "file" ? "files" : node.type === "dir" ? "folders" : "others"] += 1;
    yield { path, marks, ...(marks === "+" ? { after: node } : { before: node }) };
    if (node.type !== "dir") return;
    const nodes = await trees.below(node);
    const options = { depth: depth + 1, wanted: () => true, signal: this.#options.signal };
    const below = new ChildTrees(this.#repo, nodes, options);
    for (const child of nodes) {
      this.#blobs.add(child, flag);
      yield* this.#all(child, marks, { path: joinPath(path, child.name), trees: below, depth: depth + 1 });
    }
  }

  /** A blob that went from one place may still be in another that is as it was. */
  async #addEqual(): Promise<void> {
    if (!this.#blobs.differ) return;
    const seen = new Set<BlobId>();
    const waiting = [...this.#equal];
    for (let tree = waiting.pop(); tree !== undefined; tree = waiting.pop()) {
      if (seen.has(tree)) continue;
      seen.add(tree);
      for (const node of await loadTree(this.#repo, tree, this.#options.signal)) {
        this.#blobs.add(node, before | after);
        if (node.type === "dir") waiting.push(treeOf(node));
      }
    }
  }
}

/** Trees that hang below the same name in both. */
function equalTrees(older: readonly Node[], newer: readonly Node[]): ReadonlySet<BlobId> {
  const equal = new Set<BlobId>();
  for (const [a, b] of pairs(older, newer)) {
    if (a?.subtree !== undefined && a.subtree === b?.subtree) equal.add(a.subtree);
  }
  return equal;
}

/** Nodes of the same name together, in the order of their names. */
function* pairs(
  older: readonly Node[],
  newer: readonly Node[],
): Generator<readonly [Node | undefined, Node | undefined]> {
  let [i, j] = [0, 0];
  while (i < older.length || j < newer.length) {
    const [a, b] = [older[i], newer[j]];
    if (b === undefined || (a !== undefined && a.name < b.name)) {
      yield [a, undefined];
      i++;
    } else if (a === undefined || b.name < a.name) {
      yield [undefined, b];
      j++;
    } else {
      yield [a, b];
      i++;
      j++;
    }
  }
}
