/**
 * Makes trees that refer to nothing but what is there. What cannot be read any more is left out, and said. A tree that is whole
 * stays the tree it is, down to its last byte; one that many snapshots share is looked at once.
 *
 * As restic's `repair snapshots` (cmd/restic/cmd_repair_snapshots.go), but for the name of a file that lost pieces: see
 * docs/decisions/0501-what-a-repair-may-take-away.md.
 */

import { hash } from "node:crypto";
import { type BytePath, bytePath, joinPath } from "../../base/byte-path.ts";
import { type BlobId, shortId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import { failureReason } from "../failure-reason.ts";
import { damaged } from "../format/damaged.ts";
import { idBytes } from "../format/hex.ts";
import { type Node, packedCount } from "../format/node.ts";
import { TreeEncoder } from "../format/tree-encoder.ts";
import { isDamage } from "../is-damage.ts";
import { plainLength } from "../open-blob.ts";
import type { BlobWriter } from "../packs/blob-writer.ts";
import type { IndexedRepository } from "../repository.ts";
import { loadTree } from "../walk-tree.ts";
import { unreadable } from "./unreadable.ts";

export type Loss =
  /** The folder's tree cannot be read: it is empty now. */
  | { readonly kind: "folder"; readonly path: BytePath; readonly reason: AnyReason }
  /** Nothing is left of it. */
  | { readonly kind: "file"; readonly path: BytePath }
  /** `missing` pieces are gone; the others are kept under another name. */
  | { readonly kind: "cut"; readonly path: BytePath; readonly missing: number; readonly name: BytePath }
  /** All pieces are there, and the size was wrong. */
  | { readonly kind: "size"; readonly path: BytePath; readonly expected: number; readonly actual: number }
  /** No program can restore it: restic refuses such entries too. */
  | { readonly kind: "entry"; readonly path: BytePath; readonly type: string };

export interface RepairedTree {
  readonly id: BlobId;
  /** Paths below the tree. */
  readonly losses: readonly Loss[];
}

export interface TreeRepairerOptions {
  /** Undefined: nothing is written. */
  readonly writer: BlobWriter | undefined;
  readonly signal?: AbortSignal;
}

const root = "/" as BytePath;

export class TreeRepairer {
  readonly #repo: IndexedRepository;
  readonly #options: TreeRepairerOptions;
  readonly #repaired = new Map<BlobId, RepairedTree>();
  /** Trees that were read whole, or written: the only ones a new tree may lean on. The index knows damaged ones too. */
  readonly #proven = new Set<BlobId>();

  constructor(repo: IndexedRepository, options: TreeRepairerOptions) {
    this.#repo = repo;
    this.#options = options;
  }

  /** Without an id, and with the reason, where the tree itself is damaged or gone. REPAIR_UNREADABLE where it cannot be read. */
  async repairRoot(id: BlobId): Promise<RepairedTree | { readonly id?: undefined; readonly reason: AnyReason }> {
    try {
      return await this.#repair(id, 0);
    } catch (error) {
      if (!isDamage(error)) throw error;
      return { reason: failureReason(error) };
    }
  }

  /** Rejects where this very tree is damaged or gone. */
  async #repair(id: BlobId, depth: number): Promise<RepairedTree> {
    const known = this.#repaired.get(id);
    if (known !== undefined) return known;
    if (depth > limits.maxTreeDepth)
      throw damaged(reason("objectTree", { id: shortId(id) }), reason("folderDepth", {}));
    const nodes = await this.#load(id);
    this.#proven.add(id);
    const losses: Loss[] = [];
    const kept: Node[] = [];
    let changed = false;
    for (const node of nodes) {
      const found = losses.length;
      const next = await this.#repairNode(node, { depth, losses, names: nodes });
      if (next !== undefined) kept.push(next);
      changed ||= next !== node || losses.length > found;
    }
    const repaired = { id: changed ? await this.#save(kept) : id, losses };
    this.#repaired.set(id, repaired);
    return repaired;
  }

  /** A tree that cannot be read today may be there tomorrow: nothing is given up for that. */
  async #load(id: BlobId): Promise<Node[]> {
    const { signal } = this.#options;
    try {
      return await loadTree(this.#repo, id, signal);
    } catch (error) {
      throw isDamage(error) || signal?.aborted
        ? error
        : unreadable(this.#repo, reason("objectTree", { id: shortId(id) }), error);
    }
  }

  async #repairNode(
    node: Node,
    folder: { readonly depth: number; readonly losses: Loss[]; readonly names: readonly Node[] },
  ): Promise<Node | undefined> {
    const path = joinPath(root, node.name);
    if (node.type === "file") return this.#repairFile(node, folder);
    if (node.type === "irregular" || node.type === "") {
      folder.losses.push({ kind: "entry", path, type: node.type });
      return undefined;
    }
    if (node.type !== "dir") return node;
    const below = await this.#repairFolder(node, folder.depth);
    for (const loss of below.losses) folder.losses.push({ ...loss, path: joinBelow(path, loss.path) });
    return below.id === node.subtree ? node : { ...node, subtree: below.id };
  }

  async #repairFolder({ subtree }: Node, depth: number): Promise<RepairedTree> {
    try {
      if (subtree === undefined) throw damaged(reason("objectAnyFolder", {}), reason("folderNoTree", {}));
      return await this.#repair(subtree, depth + 1);
    } catch (error) {
      if (!isDamage(error)) throw error;
      const id = await this.#save([]);
      // It was an empty folder, and is one again.
      return { id, losses: id === subtree ? [] : [{ kind: "folder", path: root, reason: failureReason(error) }] };
    }
  }

  #repairFile(
    node: Node,
    { losses, names }: { readonly losses: Loss[]; readonly names: readonly Node[] },
  ): Node | undefined {
    const path = joinPath(root, node.name);
    const { content, size, missing } = this.#presentContent(node.content ?? new Uint8Array(0));
    if (missing === 0) {
      if (size === node.size) return node;
      losses.push({ kind: "size", path, expected: node.size, actual: size });
      return { ...node, size };
    }
    if (content.length === 0) {
      losses.push({ kind: "file", path });
      return undefined;
    }
    const name = freeName(node.name, names);
    losses.push({ kind: "cut", path, missing, name });
    return { ...node, name, content, size };
  }

  #presentContent(content: Uint8Array): { content: Uint8Array; size: number; missing: number } {
    const parts: Uint8Array[] = [];
    let [size, missing] = [0, 0];
    for (let piece = 0; piece < packedCount(content); piece++) {
      const place = this.#repo.index.lookupAt("data", content, piece);
      if (place === undefined) {
        missing++;
        continue;
      }
      size += plainLength(place);
      parts.push(content.subarray(piece * idBytes, (piece + 1) * idBytes));
    }
    return { content: missing === 0 ? content : Buffer.concat(parts), size, missing };
  }

  async #save(nodes: readonly Node[]): Promise<BlobId> {
    const encoder = new TreeEncoder();
    for (const node of [...nodes].sort((a, b) => (a.name < b.name ? -1 : 1))) encoder.add(node);
    const bytes = encoder.finish();
    const id = hash("sha256", bytes, "hex") as BlobId;
    if (this.#proven.has(id)) return id;
    this.#proven.add(id);
    await this.#options.writer?.addPlain("tree", bytes);
    return id;
  }
}

function joinBelow(folder: BytePath, below: BytePath): BytePath {
  return below === root ? folder : ((folder === root ? below : `${folder}${below}`) as BytePath);
}

const mark = bytePath(".repaired");

function freeName(name: BytePath, taken: readonly Node[]): BytePath {
  const names = new Set(taken.map((node) => node.name));
  for (let count = 1; ; count++) {
    const free = (count === 1 ? `${name}${mark}` : `${name}${mark}-${count}`) as BytePath;
    if (!names.has(free)) return free;
  }
}
