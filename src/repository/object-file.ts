/** Loads and saves the sealed files of a repository: index, snapshot, lock, config. Names are proven against content. */

import type { AnyId, KeyId } from "../base/ids.ts";
import { shortId } from "../base/ids.ts";
import { type Reason, reason } from "../base/reason-codes.ts";
import type { FileType } from "../storage/storage.ts";
import { nonceBytes } from "./format/crypto.ts";
import { damaged } from "./format/damaged.ts";
import { idOfBytes, openUnpacked, sealUnpacked } from "./format/unpacked-file.ts";
import type { Repository } from "./repository.ts";

/** Types whose files are sealed JSON documents named by their hash. */
export type SealedType = Extract<FileType, "index" | "snapshots" | "locks">;

const nouns = {
  keys: "objectKey",
  locks: "objectLock",
  snapshots: "objectSnapshot",
  index: "objectIndex",
  data: "objectPack",
} as const;

/** How messages name a file. */
export function objectName(type: Exclude<FileType, "config">, id: AnyId): Reason {
  return reason(nouns[type], { id: shortId(id) });
}

/**
 * The file's JSON. STORAGE_FILE_MISSING where there is none; OBJECT_DAMAGED where its bytes are not what its name says,
 * or were not sealed with this repository's key.
 */
export async function loadSealed(repo: Repository, type: SealedType, id: AnyId, signal?: AbortSignal): Promise<Buffer> {
  const sealed = await loadVerified(repo, type, id, signal);
  return openUnpacked(sealed, repo.sealer, objectName(type, id));
}

/** A file's bytes as they lie in the storage, proven to be those its name says. What is called damaged was read twice: a bit may flip on its way. */
export async function loadVerified(
  repo: Pick<Repository, "storage">,
  type: Exclude<FileType, "config">,
  id: AnyId,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  let actual: KeyId | undefined;
  for (let reading = 1; reading <= 2; reading++) {
    const bytes = await repo.storage.load({ type, name: id }, undefined, signal);
    actual = idOfBytes<KeyId>(bytes);
    if (actual === id) return bytes;
  }
  throw damaged(objectName(type, id), reason("contentHash", { hash: shortId(actual ?? id) }));
}

/** Seals and stores `json`; the id it got. Durable when it resolves. */
export async function saveSealed<Kind extends AnyId>(
  repo: Repository,
  type: SealedType,
  json: Uint8Array,
  signal?: AbortSignal,
): Promise<Kind> {
  const sealed = sealUnpacked(json, repo.config.version, repo.sealer, repo.actor.random(nonceBytes));
  const id = idOfBytes<Kind>(sealed);
  await repo.storage.save({ type, name: id }, sealed, signal);
  return id;
}
