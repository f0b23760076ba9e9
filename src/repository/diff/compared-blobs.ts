/** Which blobs each of two snapshots has, a byte for each blob of the index. */
import { ObhutError } from "../../base/errors.ts";
import { type BlobId, shortId } from "../../base/ids.ts";
import type { BlobIndex } from "../blob-index.ts";
import { treeOf } from "../child-trees.ts";
import type { BlobType } from "../format/blob.ts";
import { hexIdAt } from "../format/hex.ts";
import { type Node, packedCount } from "../format/node.ts";
import { plainLength } from "../open-blob.ts";

export interface BlobTotals {
  dataBlobs: number;
  treeBlobs: number;
  /** Plain. */
  bytes: number;
}

export const before = 1;
export const after = 2;

export class ComparedBlobs {
  readonly #index: BlobIndex;
  readonly #flags: Uint8Array;
  readonly #totals = new Map<number, BlobTotals>([
    [before, { dataBlobs: 0, treeBlobs: 0, bytes: 0 }],
    [after, { dataBlobs: 0, treeBlobs: 0, bytes: 0 }],
  ]);

  constructor(index: BlobIndex) {
    this.#index = index;
    this.#flags = new Uint8Array(index.count);
  }

  /** What the node itself names; not what is below a folder. BLOB_MISSING where no index knows it. */
  add(node: Node, flags: number): void {
    if (node.type === "dir") this.addTree(treeOf(node), flags);
    if (node.type !== "file" || node.content === null) return;
    for (let piece = 0; piece < packedCount(node.content); piece++) this.#add("data", node.content, piece, flags);
  }

  addTree(tree: BlobId, flags: number): void {
    this.#add("tree", Buffer.from(tree, "hex"), 0, flags);
  }

  /** Whether some blobs are in one of them alone, as far as was looked. */
  get differ(): boolean {
    return [...this.#totals.values()].some(({ dataBlobs, treeBlobs }) => dataBlobs + treeBlobs > 0);
  }

  /** Of the blobs that are in this one alone. */
  only(flag: typeof before | typeof after): BlobTotals {
    return { dataBlobs: 0, treeBlobs: 0, bytes: 0, ...this.#totals.get(flag) };
  }

  #add(type: BlobType, ids: Uint8Array, at: number, flags: number): void {
    const row = this.#index.rowAt(type, ids, at);
    const old = this.#flags[row] ?? 0;
    if ((old & flags) === flags && row >= 0) return;
    const place = this.#index.lookupAt(type, ids, at);
    if (place === undefined) throw new ObhutError("BLOB_MISSING", { blob: shortId(hexIdAt(ids, at) as BlobId) });
    this.#flags[row] = old | flags;
    this.#count(old, type, plainLength(place), -1);
    this.#count(old | flags, type, plainLength(place), 1);
  }

  #count(flags: number, type: BlobType, bytes: number, sign: 1 | -1): void {
    const totals = this.#totals.get(flags);
    if (totals === undefined) return;
    if (type === "tree") totals.treeBlobs += sign;
    else totals.dataBlobs += sign;
    totals.bytes += sign * bytes;
  }
}
