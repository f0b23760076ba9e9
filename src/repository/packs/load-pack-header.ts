/** Reads what a pack says of itself. */
import type { PackId } from "../../base/ids.ts";
import { openPackTail, type PackHeader, packTailBytes, packTailGuessBytes } from "../format/pack.ts";
import type { Repository } from "../repository.ts";

export interface StoredPack {
  readonly id: PackId;
  /** As the storage lists it. */
  readonly sizeBytes: number;
}

/** OBJECT_DAMAGED where the pack's end is no header, or its blobs do not fill it; and the storage's errors. */
export async function loadPackHeader(
  repo: Repository,
  { id, sizeBytes }: StoredPack,
  signal?: AbortSignal,
): Promise<PackHeader> {
  const load = (bytes: number): Promise<Uint8Array> => {
    const length = Math.min(bytes, sizeBytes);
    return repo.storage.load({ type: "data", name: id }, { offset: sizeBytes - length, length }, signal);
  };
  const guess = await load(packTailGuessBytes);
  const bytes = packTailBytes(guess, sizeBytes, id);
  const tail = bytes <= guess.length ? guess.subarray(guess.length - bytes) : await load(bytes);
  return openPackTail(tail, sizeBytes, repo.sealer, id);
}
