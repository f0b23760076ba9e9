/** The content of one file of a snapshot, piece by piece. */
import { type BytePath, displayPath } from "../base/byte-path.ts";
import { ObhutError } from "../base/errors.ts";
import type { BlobId } from "../base/ids.ts";
import { MiB } from "../base/limits.ts";
import { hexIdAt } from "./format/hex.ts";
import { type Node, packedCount } from "./format/node.ts";
import { loadBlob } from "./load-blob.ts";
import type { IndexedRepository } from "./repository.ts";
import { findNode } from "./walk-tree.ts";

/** Pieces fetched before they are asked for. */
const lookAhead = 8;

/** A file's bytes in order, each piece proven. Memory: a few pieces. The node must be one of type `file`. */
export async function* readContent(repo: IndexedRepository, node: Node, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const content = node.content ?? new Uint8Array(0);
  const count = packedCount(content);
  const coming: Promise<Buffer>[] = [];
  let next = 0;
  for (let piece = 0; piece < count; piece++) {
    while (next < count && next < piece + lookAhead) {
      const loading = loadBlob(repo, "data", hexIdAt(content, next++) as BlobId, signal);
      loading.catch(() => undefined);
      coming.push(loading);
    }
    signal?.throwIfAborted();
    const bytes = await coming.shift();
    if (bytes !== undefined) yield bytes;
  }
}

/** The node of a file at `path`. PATH_NOT_IN_SNAPSHOT; PATH_NO_FILE where something else is there. */
export async function requireFile(
  repo: IndexedRepository,
  tree: BlobId,
  path: BytePath,
  signal?: AbortSignal,
): Promise<Node> {
  const node = await findNode(repo, tree, path, signal);
  if (node?.type === "file") return node;
  const shown = displayPath(path);
  if (node === undefined) throw new ObhutError("PATH_NOT_IN_SNAPSHOT", { path: shown });
  throw new ObhutError("PATH_NO_FILE", { path: shown, type: node.type });
}

const smallFileBytes = 64 * MiB;

/** A whole small file, such as a manifest; refuses one above 64 MiB. */
export async function readFile(
  repo: IndexedRepository,
  tree: BlobId,
  path: BytePath,
  signal?: AbortSignal,
): Promise<Buffer> {
  const node = await requireFile(repo, tree, path, signal);
  if (node.size > smallFileBytes)
    throw new ObhutError("INTERNAL", { reason: `${displayPath(path)} has ${node.size} bytes` });
  return Buffer.concat(await Array.fromAsync(readContent(repo, node, signal)));
}
