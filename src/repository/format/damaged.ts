/** The error for bytes out of a repository that are not what they must be. */
import { ObhutError } from "../../base/errors.ts";

/** `object` as a person would name it, such as `pack 1a2b…`; `reason` completes "is damaged: …". */
export function damaged(object: string, reason: string, cause?: unknown): ObhutError {
  return new ObhutError("OBJECT_DAMAGED", { object, reason }, cause === undefined ? undefined : { cause });
}
