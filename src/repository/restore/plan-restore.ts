/** Walks a snapshot and decides what is written where. Touches nothing. */

import { type BytePath, displayPath, parentPath } from "../../base/byte-path.ts";
import { type Finding, finding } from "../../base/finding-codes.ts";
import { shortId } from "../../base/ids.ts";
import { matchPath, type PathPattern } from "../../base/path-pattern.ts";
import type { AnyReason } from "../../base/reason-codes.ts";
import { failureReason } from "../failure-reason.ts";
import { idBytes } from "../format/hex.ts";
import type { Node } from "../format/node.ts";
import type { IndexedRepository } from "../repository.ts";
import type { StoredSnapshot } from "../snapshots.ts";
import { findNode, requireTreeAt, type WalkedNode, walkTree } from "../walk-tree.ts";
import { PieceTable } from "./piece-table.ts";
import type { PlannedEntry, PlannedFile, PlannedHardLink, RestorePlan } from "./restore-plan.ts";

export interface PlanOptions {
  /** The folder of the snapshot that becomes the target; default `/`. PATH_NOT_IN_SNAPSHOT. */
  readonly subpath?: BytePath;
  /** Only what one of these matches; none: everything. Matched against the path inside the snapshot. */
  readonly includes?: readonly PathPattern[];
  readonly excludes?: readonly PathPattern[];
  readonly signal?: AbortSignal;
}

export async function planRestore(
  repo: IndexedRepository,
  snapshot: StoredSnapshot,
  options: PlanOptions = {},
): Promise<RestorePlan> {
  const { subpath = "/" as BytePath, signal } = options;
  const tree = await requireTreeAt(repo, snapshot.tree, subpath, signal);
  const planner = new Planner(repo, snapshot, subpath, options);
  // The folder that becomes the target hands it its owner, mode and times.
  const root = subpath === "/" ? undefined : await findNode(repo, snapshot.tree, subpath, signal);
  if (root !== undefined) planner.take({ path: subpath, node: root });
  const walk = walkTree(repo, tree, {
    at: subpath,
    enter: (walked) => planner.enters(walked),
    onError: (error, path) => planner.treeFailed(error, path),
    ...(signal ? { signal } : {}),
  });
  for await (const walked of walk) planner.take(walked);
  return planner.plan();
}

class Planner {
  readonly #repo: IndexedRepository;
  readonly #snapshot: StoredSnapshot;
  readonly #prefix: number;
  readonly #includes: readonly PathPattern[];
  readonly #excludes: readonly PathPattern[];
  readonly #folders: PlannedEntry[] = [];
  readonly #files: PlannedFile[] = [];
  readonly #hardLinks: PlannedHardLink[] = [];
  readonly #symlinks: PlannedEntry[] = [];
  readonly #specials: PlannedEntry[] = [];
  readonly #findings: Finding[] = [];
  readonly #pieces = new PieceTable();
  readonly #seen = new Set<string>();
  readonly #byInode = new Map<string, PlannedFile>();
  /** Folders that are made only if something in them is restored. */
  readonly #maybe = new Map<BytePath, PlannedEntry>();

  constructor(repo: IndexedRepository, snapshot: StoredSnapshot, subpath: BytePath, options: PlanOptions) {
    this.#repo = repo;
    this.#snapshot = snapshot;
    this.#prefix = subpath === "/" ? 1 : subpath.length + 1;
    this.#includes = options.includes ?? [];
    this.#excludes = options.excludes ?? [];
  }

  enters({ path }: WalkedNode): boolean {
    if (this.#excluded(path)) return false;
    if (this.#includes.length === 0) return true;
    const { matched, childMayMatch } = matchPath(this.#includes, path);
    return matched || childMayMatch;
  }

  treeFailed(error: unknown, path: BytePath): void {
    this.#findings.push(finding("FILE_NOT_RESTORED", { path: displayPath(path), reason: failureReason(error) }));
  }

  take({ path, node }: WalkedNode): void {
    const entry: PlannedEntry = { path, relative: path.slice(this.#prefix) as BytePath, node };
    if (this.#excluded(path)) return;
    if (this.#includes.length > 0 && !matchPath(this.#includes, path).matched) {
      if (node.type === "dir") this.#maybe.set(path, entry);
      return;
    }
    // Two entries of one name would let the second be written through the first, a link to anywhere.
    if (this.#seen.has(path)) {
      this.#fail(entry, "its folder has two entries of this name");
      return;
    }
    this.#addParents(path);
    this.#seen.add(path);
    this.#add(entry);
  }

  plan(): RestorePlan {
    return {
      folders: this.#folders,
      files: this.#files,
      hardLinks: this.#hardLinks,
      symlinks: this.#symlinks,
      specials: this.#specials,
      pieces: this.#pieces,
      totalBytes: this.#files.reduce((sum, file) => sum + file.sizeBytes, 0),
      findings: this.#findings,
    };
  }

  #addParents(path: BytePath): void {
    const missing: PlannedEntry[] = [];
    for (let at = parentPath(path); at !== "/"; at = parentPath(at)) {
      const folder = this.#maybe.get(at);
      if (folder === undefined) break;
      this.#maybe.delete(at);
      this.#seen.add(at);
      missing.unshift(folder);
    }
    this.#folders.push(...missing);
  }

  #add(entry: PlannedEntry): void {
    switch (entry.node.type) {
      case "dir":
        this.#folders.push(entry);
        break;
      case "file":
        this.#addFile(entry);
        break;
      case "symlink":
        this.#symlinks.push(entry);
        break;
      case "fifo":
      case "dev":
      case "chardev":
        this.#specials.push(entry);
        break;
      case "socket":
        break;
      default:
        this.#fail(entry, `it is of the unknown kind "${entry.node.type}"`);
    }
  }

  #addFile(entry: PlannedEntry): void {
    const { node } = entry;
    // Only an inode that several names share says so; a name restored alone is simply a file.
    const inode = node.links > 1 && node.inode !== 0n ? `${node.deviceId}:${node.inode}` : undefined;
    const first = inode === undefined ? undefined : this.#byInode.get(inode);
    if (first !== undefined && sameContent(first.node, node)) {
      this.#hardLinks.push({ ...entry, to: first });
      return;
    }
    const file = this.#addPieces(entry);
    if (file === undefined) return;
    this.#files.push(file);
    if (inode !== undefined) this.#byInode.set(inode, file);
    if (file.sizeBytes === node.size) return;
    const [path, snapshot] = [displayPath(entry.path), shortId(this.#snapshot.id)];
    this.#findings.push(finding("FILE_SIZE_WRONG", { path, snapshot, expected: node.size, actual: file.sizeBytes }));
  }

  #addPieces(entry: PlannedEntry): PlannedFile | undefined {
    const content = entry.node.content ?? new Uint8Array(0);
    const firstPiece = this.#pieces.count;
    const pieceCount = content.length / idBytes;
    let position = 0;
    for (let piece = 0; piece < pieceCount; piece++) {
      const place = this.#repo.index.lookupAt("data", content, piece);
      if (place === undefined) {
        this.#pieces.truncate(firstPiece);
        this.#fail(entry, "a piece of it is in no index");
        return undefined;
      }
      position += this.#pieces.add(place, this.#files.length, position, content, piece * idBytes);
    }
    return { ...entry, sizeBytes: position, firstPiece, pieceCount };
  }

  #excluded(path: BytePath): boolean {
    return this.#excludes.length > 0 && matchPath(this.#excludes, path).matched;
  }

  #fail({ path }: PlannedEntry, reason: AnyReason): void {
    this.#findings.push(finding("FILE_NOT_RESTORED", { path: displayPath(path), reason }));
  }
}

function sameContent(a: Node, b: Node): boolean {
  return Buffer.compare(a.content ?? new Uint8Array(0), b.content ?? new Uint8Array(0)) === 0;
}
