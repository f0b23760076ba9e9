/** Why something in a repository could not be used, as the `reason` of a finding. */
import { isObhutError, reasonOf } from "../base/errors.ts";

/** The reason inside a damage report, without the name of the object, which the finding gives itself. */
export function failureReason(error: unknown): string {
  if (isObhutError(error) && "reason" in error.params && typeof error.params.reason === "string") {
    return error.params.reason;
  }
  if (isObhutError(error, "STORAGE_SHORT_READ")) return `${error.params.got} of ${error.params.wanted} bytes came`;
  if (isObhutError(error, "STORAGE_FILE_MISSING")) return `${error.params.file} is listed, but not there`;
  if (isObhutError(error, "BLOB_MISSING")) return `no index knows ${error.params.blob}`;
  return reasonOf(error);
}
