/** Whether a storage lets files be removed, asked before anything is changed. */
import { ObhutError } from "../base/errors.ts";
import { failureReason } from "./failure-reason.ts";
import { isRefusal } from "./is-refusal.ts";
import type { Repository } from "./repository.ts";

/** The error for a refusal. */
export function appendOnly(location: string, refused: unknown): ObhutError {
  return new ObhutError("STORAGE_APPEND_ONLY", { location, reason: failureReason(refused) }, { cause: refused });
}

/**
 * STORAGE_APPEND_ONLY where the storage refuses to remove; its own error where it fails to, for that says nothing of what it allows. It is asked to remove a file that cannot be there, which succeeds where
 * removing is allowed: so nothing is written first that could not be made use of. A local folder answers for the file itself alone.
 */
export async function requireRemoval({ storage, actor }: Repository, type: "data" | "snapshots"): Promise<void> {
  const name = Buffer.from(actor.random(32)).toString("hex");
  try {
    await storage.remove({ type, name });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw appendOnly(storage.location, error);
  }
}
