/** The operating system's errors in the storage's words. */
import { isDiskFull, isObhutError, ObhutError, reasonOf, systemCode } from "../../base/errors.ts";
import type { StorageAction } from "../../base/storage-action.ts";

export interface FailedAction {
  readonly location: string;
  /** The verb: `save`, `read` ... */
  readonly action: StorageAction;
  /** The file it was tried on, if one. */
  readonly file?: string | undefined;
}

export function localError(failed: FailedAction, error: unknown): unknown {
  if (isObhutError(error)) return error;
  const { location, file } = failed;
  const reason = reasonOf(error);
  const options = { cause: error };
  const code = systemCode(error);
  if (isDiskFull(error)) return new ObhutError("STORAGE_FULL", { location, reason }, options);
  if (code === "ENOENT" && failed.action === "read" && file !== undefined) {
    return new ObhutError("STORAGE_FILE_MISSING", { location, file }, options);
  }
  if (code === "EEXIST" && file !== undefined) {
    return new ObhutError("STORAGE_FILE_EXISTS", { location, file }, options);
  }
  const action = file === undefined ? failed.action : `${failed.action} ${file}`;
  return new ObhutError("STORAGE_FAILED", { location, action, reason }, options);
}
