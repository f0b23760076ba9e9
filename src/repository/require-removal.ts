/** Whether a storage lets files be removed, asked before anything is changed. */
import { isObhutError, ObhutError } from "../base/errors.ts";
import type { Repository } from "./repository.ts";

/**
 * STORAGE_APPEND_ONLY where the storage refuses to remove. It is asked to remove a file that cannot be there, which succeeds where
 * removing is allowed: so nothing is written first that could not be made use of. A local folder answers for the file itself alone.
 */
export async function requireRemoval({ storage, actor }: Repository, type: "data" | "snapshots"): Promise<void> {
  const name = Buffer.from(actor.random(32)).toString("hex");
  try {
    await storage.remove({ type, name });
  } catch (error) {
    if (!isObhutError(error, "STORAGE_FAILED") && !isObhutError(error, "STORAGE_DENIED")) throw error;
    throw new ObhutError("STORAGE_APPEND_ONLY", { location: storage.location, reason: error.params.reason });
  }
}
