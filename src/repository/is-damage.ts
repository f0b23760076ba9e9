/** What is damaged, as against what could not be read. */
import { isObhutError } from "../base/errors.ts";

/**
 * Whether the error proves that a repository lacks what it should hold: bytes were read, twice, and are not what their name says, or no
 * index knows the blob. Everything else (no permission, a failing disk, a network) may be gone tomorrow or for another user, and is
 * never a reason to give anything up.
 */
export function isDamage(error: unknown): boolean {
  return isObhutError(error, "OBJECT_DAMAGED") || isObhutError(error, "BLOB_MISSING");
}
