/** Searches snapshots, each tree once for each place it hangs at: what a folder was found to hold is kept for the snapshots that share it. */
import { type BytePath, joinPath } from "../../base/byte-path.ts";
import type { BlobId } from "../../base/ids.ts";
import { ChildTrees, treeOf } from "../child-trees.ts";
import type { Node } from "../format/node.ts";
import type { IndexedRepository } from "../repository.ts";
import { loadTree, type WalkedNode } from "../walk-tree.ts";

export interface LookedAt extends WalkedNode {
  /** The tree that holds the node. */
  readonly tree: BlobId;
}

export interface TreeSearchOptions<Hit extends object> {
  /** What is found in one node; not in what is below it. */
  readonly look: (walked: LookedAt) => readonly Hit[];
  /** Whether something may be found below this folder. */
  readonly enters: (path: BytePath) => boolean;
  /** A tree cannot be read; the search goes on. */
  readonly onDamaged: (error: unknown, tree: BlobId, path: BytePath) => void;
  readonly signal: AbortSignal;
}

/** Hits of a folder in their order, those of its folders among them. */
type Found<Hit> = readonly (Hit | FoundBelow<Hit>)[];
class FoundBelow<Hit> {
  readonly hits: Found<Hit>;

  constructor(hits: Found<Hit>) {
    this.hits = hits;
  }
}

export class TreeSearch<Hit extends object> {
  readonly #repo: IndexedRepository;
  readonly #options: TreeSearchOptions<Hit>;
  readonly #known = new Map<string, Found<Hit>>();

  constructor(repo: IndexedRepository, options: TreeSearchOptions<Hit>) {
    this.#repo = repo;
    this.#options = options;
  }

  /** All hits below the root tree of a snapshot, each entry before what is below it. */
  async *in(tree: BlobId): AsyncGenerator<Hit> {
    const root = "/" as BytePath;
    const load = (): Promise<Node[]> => loadTree(this.#repo, tree, this.#options.signal);
    yield* flattened(await this.#folder({ tree, path: root, depth: 0 }, load));
  }

  async #folder(folder: Folder, load: () => Promise<Node[]>): Promise<Found<Hit>> {
    const name = `${folder.tree}${folder.path}`;
    let found = this.#known.get(name);
    if (found === undefined) {
      found = await this.#search(folder, load);
      this.#known.set(name, found);
    }
    return found;
  }

  async #search({ tree, path, depth }: Folder, load: () => Promise<Node[]>): Promise<Found<Hit>> {
    const { signal, enters, look, onDamaged } = this.#options;
    let nodes: Node[];
    let children: ChildTrees;
    const wanted = (id: BlobId, name: BytePath): boolean => {
      const at = joinPath(path, name);
      return enters(at) && !this.#known.has(`${id}${at}`);
    };
    try {
      nodes = await load();
      children = new ChildTrees(this.#repo, nodes, { depth, wanted, signal });
    } catch (error) {
      if (signal.aborted) throw error;
      onDamaged(error, tree, path);
      return [];
    }
    const found: (Hit | FoundBelow<Hit>)[] = [];
    for (const node of nodes) {
      const at = joinPath(path, node.name);
      found.push(...look({ path: at, node, tree }));
      if (node.type !== "dir" || !enters(at)) continue;
      const below = await this.#below(node, { path: at, depth: depth + 1 }, children);
      if (below.length > 0) found.push(new FoundBelow(below));
    }
    return found;
  }

  async #below(node: Node, at: Omit<Folder, "tree">, children: ChildTrees): Promise<Found<Hit>> {
    if (node.subtree === undefined) return [];
    return await this.#folder({ ...at, tree: treeOf(node) }, () => children.below(node));
  }
}

interface Folder {
  readonly tree: BlobId;
  readonly path: BytePath;
  readonly depth: number;
}

function* flattened<Hit>(found: Found<Hit>): Generator<Hit> {
  for (const one of found) {
    if (one instanceof FoundBelow) yield* flattened<Hit>(one.hits);
    else yield one;
  }
}
