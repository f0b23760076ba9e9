/** Which packs lie in a storage, whatever the indexes say. */
import { type PackId, parseId } from "../../base/ids.ts";
import type { Repository } from "../repository.ts";

/** Size of each pack, bytes. */
export async function listPacks(repo: Repository, signal?: AbortSignal): Promise<Map<PackId, number>> {
  const sizes = new Map<PackId, number>();
  for await (const { name, sizeBytes } of repo.storage.list("data", signal)) {
    const id = parseId<PackId>(name);
    if (id !== undefined) sizes.set(id, sizeBytes);
  }
  return sizes;
}
