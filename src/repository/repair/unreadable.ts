/** What a repair says of a file that it cannot read: it ends there, for nothing is given up that may be whole. */

import { isObhutError, ObhutError } from "../../base/errors.ts";
import type { AnyReason } from "../../base/reason-codes.ts";
import { failureReason } from "../failure-reason.ts";
import type { Repository } from "../repository.ts";

/** REPAIR_UNREADABLE for an error of the storage; any other as it is. `object` as a person would name it. */
export function unreadable({ storage: { location } }: Repository, object: AnyReason, error: unknown): unknown {
  if (!isObhutError(error) || !error.code.startsWith("STORAGE_")) return error;
  return new ObhutError("REPAIR_UNREADABLE", { location, object, reason: failureReason(error) }, { cause: error });
}
