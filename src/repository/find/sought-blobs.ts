/** Blobs that somebody looks for in snapshots: by ids, by their first digits, or all of some packs. */
import { isObhutError, ObhutError } from "../../base/errors.ts";
import { type BlobId, type PackId, shortId } from "../../base/ids.ts";
import type { BlobType } from "../format/blob.ts";
import { hexIdAt, idBytes } from "../format/hex.ts";
import { packedCount } from "../format/node.ts";
import { headerBlobs } from "../format/pack.ts";
import { listPacks } from "../packs/list-packs.ts";
import { loadPackHeader } from "../packs/load-pack-header.ts";
import type { IndexedRepository } from "../repository.ts";
import type { LookedAt } from "./tree-search.ts";

export interface BlobHit {
  readonly type: BlobType;
  readonly id: BlobId;
  /** The file that holds it, or the folder it lists. */
  readonly path: LookedAt["path"];
  /** The tree that names it; undefined for that of a whole snapshot. */
  readonly tree?: BlobId;
}

export class SoughtBlobs {
  readonly #ids: Record<BlobType, Set<string>> = { data: new Set(), tree: new Set() };
  readonly #prefixes: Record<BlobType, string[]> = { data: [], tree: [] };
  /** First bytes of ids that are sought: a database lists a hundred thousand others. */
  readonly #first: Record<BlobType, Uint8Array> = { data: new Uint8Array(256), tree: new Uint8Array(256) };

  /** An id, or at least its first two digits. */
  add(type: BlobType, digits: string): void {
    if (digits.length === 2 * idBytes) this.#ids[type].add(digits);
    else this.#prefixes[type].push(digits);
    this.#first[type][Number.parseInt(digits.slice(0, 2), 16)] = 1;
  }

  has(type: BlobType, id: BlobId): boolean {
    return this.#ids[type].has(id) || this.#prefixes[type].some((digits) => id.startsWith(digits));
  }

  /** In a node: pieces of a file, each once; the tree of a folder. */
  look({ node, path, tree }: LookedAt): readonly BlobHit[] {
    if (node.type === "dir" && node.subtree !== undefined && this.has("tree", node.subtree)) {
      return [{ type: "tree", id: node.subtree, path, tree }];
    }
    if (node.type !== "file" || node.content === null) return [];
    const found = new Set<BlobId>();
    for (let piece = 0; piece < packedCount(node.content); piece++) {
      if (this.#first.data[node.content[piece * idBytes] ?? 0] === 0) continue;
      const id = hexIdAt(node.content, piece) as BlobId;
      if (this.has("data", id)) found.add(id);
    }
    return [...found].map((id) => ({ type: "data", id, path, tree }));
  }
}

/** All blobs of the packs whose ids begin so; where a pack cannot be read, what the index says of it. OBJECT_NOT_FOUND. */
export async function blobsOfPacks(
  repo: IndexedRepository,
  queries: readonly string[],
  signal: AbortSignal,
): Promise<SoughtBlobs> {
  const sizes = await listPacks(repo, signal);
  const known = new Set([...sizes.keys(), ...repo.index.packs]);
  const sought = new SoughtBlobs();
  const unread = new Set<PackId>();
  for (const query of queries) {
    const packs = [...known].filter((id) => id.startsWith(query));
    if (packs.length === 0) throw new ObhutError("OBJECT_NOT_FOUND", { query });
    for (const id of packs) if (!(await addPack(repo, { id, sizeBytes: sizes.get(id) ?? 0 }, sought))) unread.add(id);
  }
  if (unread.size > 0) addFromIndex(repo, unread, sought);
  return sought;
}

async function addPack(
  repo: IndexedRepository,
  pack: { readonly id: PackId; readonly sizeBytes: number },
  sought: SoughtBlobs,
): Promise<boolean> {
  if (pack.sizeBytes === 0) return false;
  try {
    for (const { type, id } of headerBlobs(await loadPackHeader(repo, pack), pack.id)) sought.add(type, id);
    return true;
  } catch (error) {
    if (!isObhutError(error)) throw error;
    return false;
  }
}

function addFromIndex({ index }: IndexedRepository, packs: ReadonlySet<PackId>, sought: SoughtBlobs): void {
  index.forEachBlob((words, flag) => {
    const id = Buffer.from(words.buffer, words.byteOffset, idBytes).toString("hex") as BlobId;
    const type = flag === 0 ? "data" : "tree";
    if (index.places(type, id).some(({ pack }) => packs.has(pack))) sought.add(type, id);
  });
}

/** Where the index says that a blob lies, first digits. */
export function packsOf({ index }: IndexedRepository, { type, id }: BlobHit): readonly string[] {
  return index.places(type, id).map(({ pack }) => shortId(pack));
}
