/** Files whose names are proven against their content. Apart from what opens them: a key file needs no more. */
import { type AnyId, type KeyId, shortId } from "../base/ids.ts";
import { type Reason, reason } from "../base/reason-codes.ts";
import type { FileType } from "../storage/storage.ts";
import { damaged } from "./format/damaged.ts";
import { idOfBytes } from "./format/id-of-bytes.ts";
import type { Repository } from "./repository.ts";

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
