/** The error for bytes out of a repository that are not what they must be. */

import { ObhutError } from "../../base/errors.ts";
import type { AnyReason } from "../../base/reason-codes.ts";

/** `object` as a person would name it, one of the reasons that begin with `object`; `reason` completes "is damaged: …". */
export function damaged(object: AnyReason, reason: AnyReason, cause?: unknown): ObhutError {
  return new ObhutError("OBJECT_DAMAGED", { object, reason }, cause === undefined ? undefined : { cause });
}
