/** Loads and saves the sealed files of a repository: index, snapshot, lock. Names are proven against content. */

import type { AnyId } from "../base/ids.ts";
import type { FileType } from "../storage/storage.ts";
import { nonceBytes } from "./format/crypto.ts";
import { idOfBytes } from "./format/id-of-bytes.ts";
import { openUnpacked, sealUnpacked } from "./format/unpacked-file.ts";
import type { Repository } from "./repository.ts";
import { loadVerified, objectName } from "./verified-file.ts";

/** Types whose files are sealed JSON documents named by their hash. */
export type SealedType = Extract<FileType, "index" | "snapshots" | "locks">;

/**
 * The file's JSON. STORAGE_FILE_MISSING where there is none; OBJECT_DAMAGED where its bytes are not what its name says,
 * or were not sealed with this repository's key.
 */
export async function loadSealed(repo: Repository, type: SealedType, id: AnyId, signal?: AbortSignal): Promise<Buffer> {
  const sealed = await loadVerified(repo, type, id, signal);
  return openUnpacked(sealed, repo.sealer, objectName(type, id));
}

/** Seals and stores `json`; the id it got. Durable when it resolves. */
export async function saveSealed<Kind extends AnyId>(
  repo: Repository,
  type: SealedType,
  json: Uint8Array,
  signal?: AbortSignal,
): Promise<Kind> {
  const sealed = await sealUnpacked(json, repo.config.version, repo.sealer, repo.actor.random(nonceBytes));
  const id = idOfBytes<Kind>(sealed);
  await repo.storage.save({ type, name: id }, sealed, signal);
  return id;
}
