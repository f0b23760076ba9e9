/** Whatever of a pack can still be read. Only what the medium itself has lost counts as lost. */

import { isObhutError, ObhutError, systemCode } from "../../base/errors.ts";
import type { PackId } from "../../base/ids.ts";
import { KiB } from "../../base/limits.ts";
import { reason } from "../../base/reason-codes.ts";
import { idOfBytes } from "../format/id-of-bytes.ts";
import type { Repository } from "../repository.ts";
import { objectName } from "../verified-file.ts";
import { unreadable } from "./unreadable.ts";

/** A failing disk loses whole sectors; what lies between them is worth having. */
const rangeBytes = 64 * KiB;

export interface DamagedPack {
  readonly id: PackId;
  /** As long as the file; zeros where it could not be read. */
  readonly bytes: Uint8Array;
  /** Bytes that the disk has lost. */
  readonly unread: number;
}

interface ListedPack {
  readonly id: PackId;
  /** As the storage lists it; undefined where it does not. */
  readonly sizeBytes: number | undefined;
}

/**
 * Undefined where there is no such pack. REPAIR_UNREADABLE where it cannot be read for any reason but that a disk lost some of it, or
 * where two readings differ.
 */
export async function loadDamagedPack(
  repo: Repository,
  { id, sizeBytes }: ListedPack,
  signal?: AbortSignal,
): Promise<DamagedPack | undefined> {
  const file = { type: "data", name: id } as const;
  try {
    return { id, bytes: await loadTwice(repo, id, signal), unread: 0 };
  } catch (error) {
    if (isObhutError(error, "STORAGE_FILE_MISSING") && sizeBytes === undefined) return undefined;
    const isHoled = sizeBytes !== undefined && isLostByDisk(error);
    const around = isHoled ? loadAroundHoles((range) => repo.storage.load(file, range, signal), sizeBytes) : undefined;
    const pack = await around?.catch(() => undefined);
    if (signal?.aborted) throw error;
    if (pack === undefined) throw unreadable(repo, objectName("data", id), error);
    return { id, ...pack };
  }
}

/** What is damaged must be so each time: a bit may flip on its way, and the pack be sound. */
async function loadTwice(repo: Repository, id: PackId, signal?: AbortSignal): Promise<Uint8Array> {
  const load = (): Promise<Uint8Array> => repo.storage.load({ type: "data", name: id }, undefined, signal);
  const first = await load();
  if (idOfBytes<PackId>(first) === id) return first;
  const second = await load();
  if (idOfBytes<PackId>(second) === id || Buffer.compare(first, second) === 0) return second;
  const { location } = repo.storage;
  throw new ObhutError("REPAIR_UNREADABLE", {
    location,
    object: objectName("data", id),
    reason: reason("readingsDiffer", {}),
  });
}

type LoadRange = (range: { readonly offset: number; readonly length: number }) => Promise<Uint8Array>;

/** Undefined where nothing can be read, or what was read cannot be read any more; rejects where a range fails for another reason. */
async function loadAroundHoles(load: LoadRange, sizeBytes: number): Promise<Omit<DamagedPack, "id"> | undefined> {
  const bytes = new Uint8Array(sizeBytes);
  const lengthAt = (offset: number): number => Math.min(rangeBytes, sizeBytes - offset);
  const isRead = async (offset: number): Promise<boolean> => {
    try {
      bytes.set(await load({ offset, length: lengthAt(offset) }), offset);
      return true;
    } catch (error) {
      if (!isLostByDisk(error)) throw error;
      return false;
    }
  };
  const offsets = Array.from({ length: Math.ceil(sizeBytes / rangeBytes) }, (_, at) => at * rangeBytes);
  const failed = await without(isRead, offsets);
  const lost = await without(isRead, failed);
  // A disk that has just gone away says the same of all that comes then.
  const sound = offsets.find((offset) => !failed.includes(offset));
  if (sound === undefined || !(await isRead(sound))) return undefined;
  return { bytes, unread: lost.reduce((sum, offset) => sum + lengthAt(offset), 0) };
}

async function without(
  isRead: (offset: number) => Promise<boolean>,
  offsets: readonly number[],
): Promise<readonly number[]> {
  const failed: number[] = [];
  for (const offset of offsets) if (!(await isRead(offset))) failed.push(offset);
  return failed;
}

/** The disk itself says that it has lost these bytes: asking as another user, or on another day, would not help. */
function isLostByDisk(error: unknown): boolean {
  return isObhutError(error, "STORAGE_FAILED") && systemCode(error.cause) === "EIO";
}
