/** Whatever of a pack can still be read. */
import { isObhutError } from "../../base/errors.ts";
import type { PackId } from "../../base/ids.ts";
import { KiB } from "../../base/limits.ts";
import type { StoredPack } from "../packs/load-pack-header.ts";
import type { Repository } from "../repository.ts";

/** A failing disk loses whole sectors; what lies between them is worth having. */
const rangeBytes = 64 * KiB;

export interface DamagedPack {
  readonly id: PackId;
  /** As long as the file; zeros where it could not be read. */
  readonly bytes: Uint8Array;
  /** Bytes that could not be read. */
  readonly unread: number;
}

/** Undefined where there is no such pack. Where nothing at all can be read, that is the storage's failure, not the pack's: its error. */
export async function loadDamagedPack(
  repo: Repository,
  { id, sizeBytes }: StoredPack,
  signal?: AbortSignal,
): Promise<DamagedPack | undefined> {
  const file = { type: "data", name: id } as const;
  let failure: unknown;
  try {
    return { id, bytes: await repo.storage.load(file, undefined, signal), unread: 0 };
  } catch (error) {
    if (signal?.aborted || !isObhutError(error)) throw error;
    if (error.code === "STORAGE_FILE_MISSING") return undefined;
    failure = error;
  }
  const bytes = new Uint8Array(sizeBytes);
  let unread = 0;
  for (let offset = 0; offset < sizeBytes; offset += rangeBytes) {
    const length = Math.min(rangeBytes, sizeBytes - offset);
    try {
      bytes.set(await repo.storage.load(file, { offset, length }, signal), offset);
    } catch (error) {
      if (signal?.aborted || !isObhutError(error)) throw error;
      unread += length;
    }
  }
  if (unread === sizeBytes) throw failure;
  return { id, bytes, unread };
}
