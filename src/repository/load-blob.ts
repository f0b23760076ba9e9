/** Reads single blobs, and any object of a repository as it would be shown to a person. */

import { isObhutError, ObhutError } from "../base/errors.ts";
import type { BlobId, IndexId, KeyId, LockId, PackId, SnapshotId } from "../base/ids.ts";
import { shortId } from "../base/ids.ts";
import { reason } from "../base/reason-codes.ts";
import type { ByteRange, StorageFile } from "../storage/storage.ts";
import type { BlobLocation } from "./blob-index.ts";
import type { BlobType } from "./format/blob.ts";
import { encodeConfig } from "./format/config-file.ts";
import { damaged } from "./format/damaged.ts";
import { isDamage } from "./is-damage.ts";
import { loadSealed } from "./object-file.ts";
import { openBlob } from "./open-blob.ts";
import { packFile } from "./pack-file.ts";
import type { IndexedRepository, Repository } from "./repository.ts";
import { loadVerified } from "./verified-file.ts";

/**
 * The blob's plaintext, proven to be what its id says, from whichever pack holds it whole. BLOB_MISSING where no index knows it;
 * where no copy is good, OBJECT_DAMAGED if all of them were read, else the storage's error.
 */
export async function loadBlob(
  repo: IndexedRepository,
  type: BlobType,
  id: BlobId,
  signal?: AbortSignal,
): Promise<Buffer> {
  const place = repo.index.lookup(type, id);
  if (place === undefined) throw new ObhutError("BLOB_MISSING", { blob: shortId(id) });
  let failure: unknown;
  for (const at of [place, ...repo.index.copies(type, id)]) {
    try {
      return await loadBlobAt(repo, at, { type, id }, signal);
    } catch (error) {
      if (!isObhutError(error) || signal?.aborted) throw error;
      // A copy that could not be read may be good: then it is not known that the blob is lost.
      if (failure === undefined || (isDamage(failure) && !isDamage(error))) failure = error;
    }
  }
  throw failure;
}

/** As `loadBlob`, from this place alone. What is called damaged was read twice; a pack that ends too early is. */
export async function loadBlobAt(
  repo: IndexedRepository,
  { pack, offset, length, uncompressedLength }: BlobLocation,
  { type, id }: { readonly type: BlobType; readonly id: BlobId },
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const file = packFile(pack, type);
  const range = { offset, length };
  const load = async (): Promise<Buffer> =>
    openBlob(repo.sealer, await repo.storage.load(file, range, signal), { id, uncompressedLength });
  try {
    return await load();
  } catch (error) {
    if (isObhutError(error, "STORAGE_SHORT_READ")) throw await cutOff(repo, file, range, error);
    if (!isObhutError(error, "OBJECT_DAMAGED")) throw error;
    // A copy on this machine may be the one that is damaged.
    await repo.storage.doubt?.(file, range);
    return await load();
  }
}

/** OBJECT_DAMAGED where the pack really is that short; else the reading was cut off, and `error` says so. */
async function cutOff(
  { storage }: IndexedRepository,
  file: StorageFile,
  { offset, length }: ByteRange,
  error: ObhutError,
): Promise<ObhutError> {
  const sizeBytes = await storage.sizeOf(file);
  if (sizeBytes === undefined || sizeBytes >= offset + length) return error;
  return damaged(reason("objectPack", { id: file.name }), reason("packEnds", { bytes: sizeBytes }), error);
}

export type ObjectQuery =
  | { readonly kind: "config" }
  | { readonly kind: "key"; readonly id: KeyId }
  | { readonly kind: "snapshot"; readonly id: SnapshotId }
  | { readonly kind: "index"; readonly id: IndexId }
  | { readonly kind: "lock"; readonly id: LockId }
  | { readonly kind: "pack"; readonly id: PackId };

/** An object's content: JSON for what holds JSON, a pack's sealed bytes. Blobs: `loadBlob`. */
export async function loadObject(repo: Repository, query: ObjectQuery, signal?: AbortSignal): Promise<Uint8Array> {
  switch (query.kind) {
    case "config":
      return encodeConfig(repo.config);
    case "key":
      return await loadVerified(repo, "keys", query.id, signal);
    case "snapshot":
      return await loadSealed(repo, "snapshots", query.id, signal);
    case "index":
      return await loadSealed(repo, "index", query.id, signal);
    case "lock":
      return await loadSealed(repo, "locks", query.id, signal);
    case "pack":
      return await loadVerified(repo, "data", query.id, signal);
  }
}
