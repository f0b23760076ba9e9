/** A place that does not let files be removed, as against one that failed to. */
import { isObhutError, type ObhutError, systemCode } from "../base/errors.ts";

/** What the system says of a folder that only takes files, of an immutable file, and of a file system mounted read-only. */
const refusals = ["EACCES", "EPERM", "EROFS"];

/** Whether asking again will get the same answer, until somebody allows it. All else (a disk's error, a busy server) may pass. */
export function isRefusal(error: unknown): error is ObhutError<"STORAGE_DENIED" | "STORAGE_FAILED"> {
  if (isObhutError(error, "STORAGE_DENIED")) return true;
  return isObhutError(error, "STORAGE_FAILED") && refusals.includes(systemCode(error.cause) ?? "");
}
