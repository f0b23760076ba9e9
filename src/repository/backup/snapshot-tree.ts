/** The entries of one snapshot, in folders; made into trees at the end, as they come in any order. */
import { type BytePath, baseName, parentPath } from "../../base/byte-path.ts";
import type { BlobId } from "../../base/ids.ts";
import { goMode, type Node, type PackedIds } from "../format/node.ts";
import { timeTextOfNs } from "../format/time-text.ts";
import { TreeEncoder } from "../format/tree-encoder.ts";
import type { EntryMeta } from "../source-entry.ts";

/** A file's pieces: the same for all destinations, or of each its own, where each took them from its own parent. */
export type Content = PackedIds | readonly PackedIds[];

interface Item {
  readonly meta: EntryMeta;
  readonly content: Content | null;
}

type Folder = Map<BytePath, Item>;

/** Where trees go. */
export interface TreeStore {
  /** The id of a tree that is there already and holds just these nodes; undefined where none is known. */
  readonly known: (path: BytePath, nodes: readonly Node[]) => Promise<BlobId | undefined>;
  /** Gives the id of what it was given. */
  readonly store: (path: BytePath, tree: Buffer) => Promise<BlobId>;
}

export class SnapshotTree {
  readonly #folders = new Map<BytePath, Folder>([["/" as BytePath, new Map()]]);
  readonly #owner: { readonly uid: number; readonly gid: number };
  /** Whether destinations need trees of their own. */
  differs = false;

  /** `owner`: of folders that nobody named. */
  constructor(owner: { readonly uid: number; readonly gid: number }) {
    this.#owner = owner;
  }

  add(path: BytePath, meta: EntryMeta, content: Content | null): void {
    if (content !== null && !(content instanceof Uint8Array)) this.differs = true;
    this.#folder(parentPath(path)).set(baseName(path), { meta, content });
    if (meta.kind === "dir") this.#folder(path);
  }

  /** Stores each folder, those below before those above; the root's id. `destination`: whose content to use where they differ. */
  async store(destination: number, { known, store }: TreeStore): Promise<BlobId> {
    const subtrees = new Map<BytePath, BlobId>();
    for (const path of [...this.#folders.keys()].sort((a, b) => depth(b) - depth(a))) {
      const nodes = this.#nodesOf(path, destination, subtrees);
      subtrees.set(path, (await known(path, nodes)) ?? (await store(path, encodeTree(nodes))));
    }
    return subtrees.get("/" as BytePath) as BlobId;
  }

  #nodesOf(path: BytePath, destination: number, subtrees: ReadonlyMap<BytePath, BlobId>): Node[] {
    const items = [...(this.#folders.get(path) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    return items.map(([name, { meta, content }]) => {
      const subtree = meta.kind === "dir" ? subtrees.get(joined(path, name)) : undefined;
      const own = content === null || content instanceof Uint8Array ? content : (content[destination] ?? null);
      return nodeOf(name, meta, own, subtree);
    });
  }

  /** The folder, made with those above it where they are not there yet. */
  #folder(path: BytePath): Folder {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const made: Folder = new Map();
    this.#folders.set(path, made);
    const above = this.#folder(parentPath(path));
    if (!above.has(baseName(path))) above.set(baseName(path), { meta: unnamedFolder(this.#owner), content: null });
    return made;
  }
}

function encodeTree(nodes: readonly Node[]): Buffer {
  const encoder = new TreeEncoder();
  for (const node of nodes) encoder.add(node);
  return encoder.finish();
}

function depth(path: BytePath): number {
  return path === "/" ? 0 : path.split("/").length;
}

function joined(folder: BytePath, name: BytePath): BytePath {
  return (folder === "/" ? `/${name}` : `${folder}/${name}`) as BytePath;
}

/** A folder that only exists because something lies in it. The same in each snapshot, so that its tree is too. */
function unnamedFolder({ uid, gid }: { readonly uid: number; readonly gid: number }): EntryMeta {
  const times = { mtimeNs: 0n, atimeNs: 0n, ctimeNs: 0n };
  const noInode = { inode: 0n, deviceId: 0n, sizeBytes: 0, links: 1 };
  return { kind: "dir", mode: 0o755, ...times, uid, gid, user: "", group: "", ...noInode };
}

/** Fields as restic fills them: internal/fs/node.go (nodeFillExtendedStat) and internal/archiver/archiver.go (nodeFromFileInfo). */
function nodeOf(name: BytePath, meta: EntryMeta, content: PackedIds | null, subtree: BlobId | undefined): Node {
  const { kind, uid, gid, user, group, inode } = meta;
  const countsLinks = kind === "file" || kind === "symlink" || kind === "dev" || kind === "chardev";
  const isDevice = kind === "dev" || kind === "chardev";
  return {
    name,
    type: kind,
    mode: goMode(kind, meta.mode),
    mtime: timeTextOfNs(meta.mtimeNs),
    // as restic without --with-atime: else every reader would make new trees
    atime: timeTextOfNs(meta.mtimeNs),
    ctime: timeTextOfNs(meta.ctimeNs),
    uid,
    gid,
    user,
    group,
    inode,
    // names a device only to tell hard links apart; it changes from boot to boot
    deviceId: countsLinks && meta.links > 1 ? meta.deviceId : 0n,
    size: kind === "file" ? meta.sizeBytes : 0,
    links: countsLinks ? meta.links : 0,
    linkTarget: kind === "symlink" ? (meta.linkTarget ?? ("" as BytePath)) : ("" as BytePath),
    xattrs: meta.xattrs ?? [],
    device: isDevice ? (meta.rdev ?? 0n) : 0n,
    content,
    ...(subtree === undefined ? {} : { subtree }),
  };
}
