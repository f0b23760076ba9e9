/** Gives snapshots other tags. A snapshot cannot be changed: a new one is written, then the old one removed. */
import { isObhutError, type ObhutError } from "../base/errors.ts";
import type { SnapshotId } from "../base/ids.ts";
import { encodeSnapshot } from "./format/snapshot-file.ts";
import { saveSealed } from "./object-file.ts";
import type { Repository } from "./repository.ts";
import type { StoredSnapshot } from "./snapshots.ts";

export type TagChange =
  | { readonly kind: "set"; readonly tags: readonly string[] }
  /** Removal comes last, as in restic. */
  | { readonly kind: "edit"; readonly add: readonly string[]; readonly remove: readonly string[] };

export interface ChangedSnapshot {
  readonly old: StoredSnapshot;
  readonly id: SnapshotId;
  readonly tags: readonly string[];
  /** Where the old one could not be removed: both are there, and whole. */
  readonly notRemoved?: ObhutError;
}

/** Each once, in order. */
export function changedTags(tags: readonly string[], change: TagChange): readonly string[] {
  if (change.kind === "set") return [...new Set(change.tags)];
  const { add, remove } = change;
  return [...new Set([...tags, ...add])].filter((tag) => !remove.includes(tag));
}

/**
 * Undefined where the tags are what they shall be. The new file is durable before the old one goes, so a crash in between leaves two
 * of the same content, never none; `original` names the first of all, as restic has it. The caller holds the exclusive lock.
 */
export async function changeTags(
  repo: Repository,
  old: StoredSnapshot,
  change: TagChange,
  signal: AbortSignal,
): Promise<ChangedSnapshot | undefined> {
  const tags = changedTags(old.tags, change);
  if (JSON.stringify(tags) === JSON.stringify(old.tags)) return undefined;
  const json = encodeSnapshot({ ...old, tags, original: old.original ?? old.id });
  const id = await saveSealed<SnapshotId>(repo, "snapshots", json, signal);
  try {
    await repo.storage.remove({ type: "snapshots", name: old.id });
    return { old, id, tags };
  } catch (error) {
    if (!isObhutError(error)) throw error;
    return { old, id, tags, notRemoved: error };
  }
}
