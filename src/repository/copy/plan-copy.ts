/** Follows snapshots down to their last piece and lists what another repository lacks. Each tree is read once. */

import { type BytePath, displayPath, joinPath } from "../../base/byte-path.ts";
import { isObhutError } from "../../base/errors.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { type BlobId, shortId } from "../../base/ids.ts";
import { reason } from "../../base/reason-codes.ts";
import type { KnownBlobs } from "../backup/known-blobs.ts";
import { IdWords, treeFlag } from "../blob-id-table.ts";
import { failureReason } from "../failure-reason.ts";
import type { BlobType } from "../format/blob.ts";
import { damaged } from "../format/damaged.ts";
import { hexIdAt, idBytes } from "../format/hex.ts";
import { isKnownType, type Node, packedCount } from "../format/node.ts";
import { isDamage } from "../is-damage.ts";
import type { IndexedRepository } from "../repository.ts";
import type { StoredSnapshot } from "../snapshots.ts";
import { loadTree } from "../walk-tree.ts";
import { BlobList } from "./blob-list.ts";
import type { CopyPlan, PlannedSnapshot } from "./copy-plan.ts";
import { LostBlobs } from "./lost-blobs.ts";

export interface PlanCopyOptions {
  readonly from: IndexedRepository;
  /** What the other repository has; what is planned is added to it. */
  readonly known: KnownBlobs;
  readonly onFinding: (found: Finding) => void;
  readonly onTree?: () => void;
  readonly signal?: AbortSignal;
}

/** What cannot be read is a finding, and lost. Throws where the storage is told to stop. */
export async function planCopy(snapshots: readonly StoredSnapshot[], options: PlanCopyOptions): Promise<CopyPlan> {
  const planner = new CopyPlanner(options);
  const planned: PlannedSnapshot[] = [];
  for (const snapshot of snapshots) planned.push(await planner.plan(snapshot));
  const { blobs, lost, sealedBytes } = planner;
  return { snapshots: planned, blobs, lost, sealedBytes };
}

interface Folder {
  readonly tree: BlobId;
  readonly path: BytePath;
  readonly snapshot: string;
}

/** What an entry of an unknown type refers to may stand in fields that are not known either: a copy might lack it. */
function refuseUnknown(nodes: readonly Node[]): void {
  const other = nodes.find(({ type }) => !isKnownType(type));
  if (other !== undefined)
    throw damaged(reason("objectAnyFolder", {}), reason("entryType", { type: JSON.stringify(other.type) }));
}

class CopyPlanner {
  readonly blobs = new BlobList();
  readonly lost: LostBlobs;
  sealedBytes = 0;
  readonly #options: PlanCopyOptions;
  readonly #seen = new Set<BlobId>();
  readonly #scratch = new IdWords();
  #waiting: Folder[] = [];

  constructor(options: PlanCopyOptions) {
    this.#options = options;
    this.lost = new LostBlobs(options.from);
  }

  async plan(snapshot: StoredSnapshot): Promise<PlannedSnapshot> {
    const [from, bytesBefore] = [this.blobs.count, this.sealedBytes];
    this.#push({ tree: snapshot.tree, path: "/" as BytePath, snapshot: shortId(snapshot.id) });
    while (this.#waiting.length > 0) {
      this.#options.signal?.throwIfAborted();
      const some = this.#waiting.splice(-2 * this.#options.from.storage.connections);
      await Promise.all(some.map((folder) => this.#planFolder(folder)));
    }
    return { snapshot, rows: { from, to: this.blobs.count }, sealedBytes: this.sealedBytes - bytesBefore };
  }

  #push(folder: Folder): void {
    if (this.#seen.has(folder.tree)) return;
    this.#seen.add(folder.tree);
    this.#waiting.push(folder);
  }

  async #planFolder(folder: Folder): Promise<void> {
    const { from, onFinding, onTree, signal } = this.#options;
    let nodes: Node[];
    try {
      nodes = await loadTree(from, folder.tree, signal);
      refuseUnknown(nodes);
    } catch (error) {
      if (!isObhutError(error) || signal?.aborted) throw error;
      this.lost.add("tree", folder.tree);
      const { tree, path, snapshot } = folder;
      const names = { tree: shortId(tree), path: displayPath(path), snapshot };
      const code = isDamage(error) ? "TREE_DAMAGED" : "TREE_UNREADABLE";
      onFinding(finding(code, { ...names, reason: failureReason(error) }));
      return;
    }
    onTree?.();
    this.#need("tree", Buffer.from(folder.tree, "hex"), 0);
    for (const node of nodes) this.#planNode(folder, node);
  }

  #planNode({ path, snapshot }: Folder, { name, content, subtree }: Node): void {
    const at = joinPath(path, name);
    if (subtree !== undefined) this.#push({ tree: subtree, path: at, snapshot });
    if (content === null) return;
    let missing = 0;
    for (let piece = 0; piece < packedCount(content); piece++) {
      if (!this.#need("data", content, piece)) missing++;
    }
    const { onFinding } = this.#options;
    if (missing > 0) onFinding(finding("FILE_PIECES_MISSING", { path: displayPath(at), snapshot, count: missing }));
  }

  /** Lists a blob unless it is known; false where no index has it. */
  #need(type: BlobType, ids: Uint8Array, index: number): boolean {
    const { from, known } = this.#options;
    if (known.room < 1) known.grow(1);
    const words = this.#scratch.ofBytes(ids, index * idBytes);
    if (known.claim(words, 0, type === "tree" ? treeFlag : 0, 1) === 0) return true;
    const place = from.index.lookupAt(type, ids, index);
    if (place === undefined) {
      this.lost.add(type, hexIdAt(ids, index) as BlobId);
      return false;
    }
    this.blobs.add(type, { ids, at: index * idBytes }, place);
    this.sealedBytes += place.length;
    return true;
  }
}
