/**
 * A repository as years of use make it: thousands of snapshots, a hundred new blobs in each. All of it is valid and readable; only the
 * pieces are small, so that it is made in a minute and takes little disk. Written without the engine's care for power cuts.
 */
import { hash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bytePath } from "../../src/base/byte-path.ts";
import type { BlobId, IndexId, SnapshotId } from "../../src/base/ids.ts";
import { limits } from "../../src/base/limits.ts";
import { manifestFormat } from "../../src/capture/manifest.ts";
import { parts } from "../../src/openwebui/parts.ts";
import { idOfBytes } from "../../src/repository/format/id-of-bytes.ts";
import { encodeIndex } from "../../src/repository/format/index-file.ts";
import { goMode, type Node } from "../../src/repository/format/node.ts";
import { encodeSnapshot } from "../../src/repository/format/snapshot-file.ts";
import { timeTextOfMs } from "../../src/repository/format/time-text.ts";
import { TreeEncoder } from "../../src/repository/format/tree-encoder.ts";
import { sealUnpacked } from "../../src/repository/format/unpacked-file.ts";
import { initRepository } from "../../src/repository/init-repository.ts";
import type { Repository } from "../../src/repository/repository.ts";
import { pathOf } from "../../src/storage/local/layout.ts";
import { localStorage } from "../../src/storage/local/local-storage.ts";
import type { FileType } from "../../src/storage/storage.ts";
import { testActor } from "../../tests/support/actor.ts";
import { type MadePack, PackMaker } from "./pack-maker.ts";

/** Of the hundred blobs of a snapshot four are trees (the root's, the capture's, the data directory's, the uploads'), one is its manifest. */
export const blobsPerSnapshot = 100;
const newUploads = 7;
const newPieces = blobsPerSnapshot - 4 - 1 - newUploads;
const pieces = 200;
const pieceBytes = 89;
const uploads = 20;
const hourMs = 3_600_000;
const firstMs = Date.parse("2025-01-01T00:00:00Z");

/** The repository's folder below `cache`, made where it is missing. Its password is `benchmark`. */
export async function madeYears(cache: string, snapshots: number): Promise<string> {
  const root = join(cache, `years-2-${snapshots}`);
  if (existsSync(root)) return root;
  const unfinished = `${root}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  await makeYears(unfinished, snapshots);
  renameSync(unfinished, root);
  return root;
}

async function makeYears(root: string, snapshots: number): Promise<void> {
  const repo = await initRepository(localStorage(root), { password: "benchmark", actor: testActor() });
  const history = new History(repo);
  let waiting: MadePack[] = [];
  let count = 0;
  const saveIndex = async (): Promise<void> => {
    if (waiting.length > 0) await saveSealedFile<IndexId>(repo, "index", encodeIndex(waiting));
    waiting = [];
    count = 0;
  };
  let parent: SnapshotId | undefined;
  for (let number = 0; number < snapshots; number++) {
    const made = history.next();
    for (const pack of made.packs) {
      writeFileSync(join(root, pathOf({ type: "data", name: pack.id })), pack.bytes);
      waiting.push({ id: pack.id, blobs: pack.blobs, bytes: Buffer.alloc(0) });
      count += pack.blobs.length;
    }
    if (count + blobsPerSnapshot > limits.indexMaxBlobs) await saveIndex();
    parent = await saveSealedFile<SnapshotId>(
      repo,
      "snapshots",
      snapshotJson(made.tree, firstMs + number * hourMs, parent),
    );
  }
  await saveIndex();
}

async function saveSealedFile<Kind extends IndexId | SnapshotId>(
  repo: Repository,
  type: FileType,
  json: Uint8Array,
): Promise<Kind> {
  const sealed = await sealUnpacked(json, 2, repo.sealer, repo.actor.random(16));
  const id = idOfBytes<Kind>(sealed);
  const path = join(repo.storage.location, pathOf({ type, name: id }));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, sealed);
  return id;
}

function snapshotJson(tree: BlobId, timeMs: number, parent: SnapshotId | undefined): Buffer {
  const time = timeTextOfMs(timeMs);
  return encodeSnapshot({
    time,
    ...(parent === undefined ? {} : { parent }),
    tree,
    paths: ["/open-webui"],
    hostname: "open-webui",
    username: "root",
    uid: 0,
    gid: 0,
    excludes: [],
    tags: [],
    programVersion: "obhut 0.1.0",
    summary: {
      backup_start: time,
      backup_end: timeTextOfMs(timeMs + 2000),
      files_new: newUploads,
      files_changed: 1,
      files_unmodified: uploads - newUploads,
      dirs_new: 0,
      dirs_changed: 4,
      dirs_unmodified: 0,
      data_blobs: newPieces + newUploads + 1,
      tree_blobs: 4,
      data_added: 1_500_000,
      data_added_packed: 600_000,
      total_files_processed: uploads + 2,
      total_bytes_processed: 50_000_000,
    },
  });
}

interface Made {
  readonly tree: BlobId;
  readonly packs: readonly MadePack[];
}

/** The data directory as it changes: pieces of the database are replaced here and there, uploads come and go. */
class History {
  readonly #data: PackMaker;
  readonly #trees: PackMaker;
  readonly #pieces: string[] = [];
  readonly #uploads: { readonly name: string; readonly id: string }[] = [];
  #number = 0;

  constructor({ sealer, actor }: Repository) {
    this.#data = new PackMaker("data", sealer, actor.random);
    this.#trees = new PackMaker("tree", sealer, actor.random);
  }

  next(): Made {
    for (let i = 0; i < newPieces; i++) this.#pieces[(this.#number * newPieces + i * 7) % pieces] = this.#newPiece();
    for (let i = 0; i < newUploads; i++) {
      const name = hash("sha256", `upload ${this.#number}`).slice(0, 32);
      this.#uploads.unshift({ name: `${name}.txt`, id: this.#newPiece() });
    }
    this.#uploads.length = Math.min(this.#uploads.length, uploads);
    const files = this.#uploads.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const uploadsTree = this.#tree(files.map(({ name, id }) => this.#file(name, [id])));
    const database = this.#file(
      "webui.db",
      this.#pieces.filter((id) => id !== undefined),
    );
    const dataTree = this.#tree([this.#folder("uploads", uploadsTree), database]);
    const manifest = this.#manifest();
    const captureTree = this.#tree([this.#folder("data", dataTree), manifest]);
    const tree = this.#tree([this.#folder("open-webui", captureTree)]);
    return { tree, packs: [this.#data.finish(), this.#trees.finish()] };
  }

  /** Text that is nowhere else. */
  #newPiece(): string {
    const number = String(this.#number++).padStart(8, "0");
    return this.#data.add(Buffer.from(`${hash("sha256", `piece ${number}`)} is piece number ${number}`));
  }

  /** What forget asks of it: whether the capture was complete. */
  #manifest(): Node {
    const time = new Date(firstMs + this.#number * 1000).toISOString();
    const listed = parts.map((part) => ({ part, files: 1, bytes: 1 }));
    const json = { format: manifestFormat, time, counts: {}, states: {}, parts: listed, findings: [] };
    const plain = Buffer.from(JSON.stringify(json));
    return { ...this.#file("manifest.json", [this.#data.add(plain)]), size: plain.length };
  }

  #tree(nodes: readonly Node[]): BlobId {
    const encoder = new TreeEncoder();
    for (const node of nodes) encoder.add(node);
    return this.#trees.add(encoder.finish());
  }

  #file(name: string, ids: readonly string[]): Node {
    return {
      ...this.#node(name),
      type: "file",
      size: ids.length * pieceBytes,
      links: 1,
      content: Buffer.from(ids.join(""), "hex"),
    };
  }

  #folder(name: string, subtree: BlobId): Node {
    return { ...this.#node(name), type: "dir", mode: goMode("dir", 0o755), size: 0, links: 0, content: null, subtree };
  }

  #node(name: string): Node {
    const time = timeTextOfMs(firstMs + this.#number * 1000);
    return {
      name: bytePath(name),
      type: "file",
      mode: goMode("file", 0o644),
      mtime: time,
      atime: time,
      ctime: time,
      uid: 0,
      gid: 0,
      user: "root",
      group: "root",
      inode: BigInt(this.#number + 1),
      deviceId: 2049n,
      size: 0,
      links: 1,
      linkTarget: bytePath(""),
      xattrs: [],
      device: 0n,
      content: null,
    };
  }
}
