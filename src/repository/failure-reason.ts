/** Why something in a repository could not be used, as the `reason` of a finding. */
import { isObhutError, reasonOf } from "../base/errors.ts";
import { type AnyReason, reason } from "../base/reason-codes.ts";

/** The reason inside a damage report, without the name of the object, which the finding gives itself. */
export function failureReason(error: unknown): AnyReason {
  if (!isObhutError(error)) return reasonOf(error);
  const { params } = error;
  if ("reason" in params && typeof params.reason !== "number") return params.reason;
  if (isObhutError(error, "STORAGE_SHORT_READ")) return reason("shortRead", error.params);
  if (isObhutError(error, "STORAGE_FILE_MISSING")) return reason("fileNotThere", error.params);
  if (isObhutError(error, "STORAGE_ANSWERED")) return reason("answered", error.params);
  if (isObhutError(error, "STORAGE_TIMEOUT")) return reason("silent", error.params);
  if (isObhutError(error, "BLOB_MISSING")) return reason("blobNotIndexed", error.params);
  return reasonOf(error);
}

/** Several of them as one: the first three, and how many more. */
export function severalReasons(reasons: readonly [AnyReason, ...AnyReason[]]): AnyReason {
  const [first, ...others] = reasons;
  const shown = others.slice(0, 2).reduce<AnyReason>((all, one) => reason("both", { first: all, second: one }), first);
  return others.length > 2 ? reason("andMore", { reasons: shown, count: others.length - 2 }) : shown;
}

export function isSome(reasons: readonly AnyReason[]): reasons is readonly [AnyReason, ...AnyReason[]] {
  return reasons.length > 0;
}
