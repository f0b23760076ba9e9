/** Why something in a repository could not be used, as the `reason` of a finding. */
import { isObhutError, reasonOf } from "../base/errors.ts";

/** The reason inside a damage report, without the name of the object, which the finding gives itself. */
export function failureReason(error: unknown): string {
  if (isObhutError(error, "OBJECT_DAMAGED") && typeof error.params.reason === "string") return error.params.reason;
  if (isObhutError(error, "STORAGE_FAILED") && typeof error.params.reason === "string") return error.params.reason;
  if (isObhutError(error, "STORAGE_FULL") && typeof error.params.reason === "string") return error.params.reason;
  if (isObhutError(error, "BLOB_MISSING")) return `no index knows ${error.params.blob}`;
  return reasonOf(error);
}
