/** Failures of one file, as against those of the place it lies in. */
import { isObhutError, type ObhutError } from "../base/errors.ts";

/**
 * Whether the others may well be read: a bad sector, a file of another user, an answer to this one request. Not where the network is down
 * or the login is refused: then each of ten thousand files would be tried in vain, for as long as retrying lasts.
 */
export function concernsOneFile(error: unknown): error is ObhutError {
  return (
    isObhutError(error, "STORAGE_FAILED") ||
    isObhutError(error, "STORAGE_DENIED") ||
    isObhutError(error, "STORAGE_SHORT_READ") ||
    isObhutError(error, "STORAGE_ANSWERED")
  );
}
