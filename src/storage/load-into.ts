/** Loads into memory that is used again, also where a storage only makes new. */
import type { ByteRange, Storage, StorageFile } from "./storage.ts";

export interface Load {
  readonly file: StorageFile;
  readonly range: ByteRange;
  readonly signal?: AbortSignal | undefined;
}

/** As `Storage.loadInto`. */
export async function loadInto<Memory extends ArrayBufferLike>(
  storage: Storage,
  { file, range, signal }: Load,
  memory: Uint8Array<Memory>,
): Promise<Uint8Array<Memory>> {
  if (storage.loadInto !== undefined) return await storage.loadInto(file, range, memory, signal);
  return copyInto(await storage.load(file, range, signal), memory);
}

/** The part of `memory` that holds them now. */
export function copyInto<Memory extends ArrayBufferLike>(
  bytes: Uint8Array,
  memory: Uint8Array<Memory>,
): Uint8Array<Memory> {
  memory.set(bytes);
  return memory.subarray(0, bytes.length);
}
