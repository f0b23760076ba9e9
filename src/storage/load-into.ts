/** Loads into memory that is used again, also where a storage only makes new. */
import type { Load, SharedBytes, Storage } from "./storage.ts";

/** As `Storage.loadInto`. */
export async function loadInto(storage: Storage, load: Load, memory: SharedBytes): Promise<SharedBytes> {
  if (storage.loadInto !== undefined) return await storage.loadInto(load, memory);
  const { file, range, signal } = load;
  return copyInto(await storage.load(file, range, signal), memory);
}

/** The part of `memory` that holds them now. */
export function copyInto(bytes: Uint8Array, memory: SharedBytes): SharedBytes {
  memory.set(bytes);
  return memory.subarray(0, bytes.length);
}
