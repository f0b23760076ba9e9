/** Why something went wrong, as a person should read it in a finding: the innermost reason, not our name for the error. */
import { isObhutError, reasonOf } from "../base/errors.ts";
import type { Reason } from "../base/reason-codes.ts";

export function whyOf(error: unknown): string | Reason {
  if (!isObhutError(error)) return reasonOf(error);
  const params: Readonly<Record<string, unknown>> = error.params;
  const why = params["reason"];
  if (typeof why === "string") return why;
  return typeof why === "object" && why !== null ? (why as Reason) : error.code;
}
