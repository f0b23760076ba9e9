/** Reads single blobs, and any object of a repository as it would be shown to a person. */
import { ObhutError } from "../base/errors.ts";
import type { BlobId, IndexId, LockId, PackId, SnapshotId } from "../base/ids.ts";
import { shortId } from "../base/ids.ts";
import type { BlobType } from "./format/blob.ts";
import { encodeConfig } from "./format/config-file.ts";
import { loadSealed, loadVerified } from "./object-file.ts";
import { openBlob } from "./open-blob.ts";
import type { IndexedRepository, Repository } from "./repository.ts";

/** The blob's plaintext, proven to be what its id says. BLOB_MISSING where no index knows it; OBJECT_DAMAGED. */
export async function loadBlob(
  repo: IndexedRepository,
  type: BlobType,
  id: BlobId,
  signal?: AbortSignal,
): Promise<Buffer> {
  const place = repo.index.lookup(type, id);
  if (place === undefined) throw new ObhutError("BLOB_MISSING", { blob: shortId(id) });
  const range = { offset: place.offset, length: place.length };
  const sealed = await repo.storage.load({ type: "data", name: place.pack }, range, signal);
  return openBlob(repo.sealer, sealed, { id, uncompressedLength: place.uncompressedLength });
}

export type ObjectQuery =
  | { readonly kind: "config" }
  | { readonly kind: "key"; readonly name: string }
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
      return await repo.storage.load({ type: "keys", name: query.name }, undefined, signal);
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
