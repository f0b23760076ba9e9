/** What rclone says in the storage's words. It gives a status for what is not there; for everything else its remotes' words are all there is. */
import { isObhutError, ObhutError, reasonOf, systemCode } from "../../../base/errors.ts";
import type { StorageAction } from "../../../base/storage-action.ts";
import { RcloneCallError } from "../../../host/rclone/remote-control.ts";
import { localError } from "../../../storage/local/local-error.ts";

export interface FailedRcloneCall {
  readonly location: string;
  /** The verb: `write`, `read` ... */
  readonly action: StorageAction;
  readonly file: string;
}

const full = /no space left|disk full|quota ?exceeded|insufficient ?storage|not enough (space|quota)|status 507/i;
const denied =
  /permission denied|access ?denied|forbidden|unauthori[sz]ed|invalid_grant|InvalidAccessKeyId|SignatureDoesNotMatch|\b40[13]\b/i;
/** Of the network, or of a server that is busy: it may be gone a moment later. */
const passing =
  /connection (refused|reset)|timed? ?out|no such host|network is unreachable|broken pipe|\bEOF\b|TLS handshake|too many requests|rate ?limit|slow ?down|\b(429|50[0234])\b/i;
const noFile = /is a directory|not a regular file|not a file/i;

export function isNotThere(error: unknown): boolean {
  return error instanceof RcloneCallError && error.status === 404;
}

export function rclonePlaceError({ location, action, file }: FailedRcloneCall, error: unknown): unknown {
  if (isObhutError(error)) return error;
  const options = { cause: error };
  const reason = reasonOf(error);
  if (!(error instanceof RcloneCallError)) {
    // Its connection broke, or a file of this machine on its way to it.
    const isOurs = ["ECONNRESET", "ECONNREFUSED", "EPIPE", "ENOENT"].includes(systemCode(error) ?? "");
    return isOurs
      ? new ObhutError("STORAGE_UNREACHABLE", { location, reason }, options)
      : localError({ location, action, file }, error);
  }
  if (isNotThere(error) || (action === "read" && noFile.test(reason))) {
    return new ObhutError("STORAGE_FILE_MISSING", { location, file }, options);
  }
  if (full.test(reason)) return new ObhutError("STORAGE_FULL", { location, reason }, options);
  if (denied.test(reason)) {
    return new ObhutError("STORAGE_DENIED", { location, action: `${action} ${file}`, reason }, options);
  }
  if (passing.test(reason)) return new ObhutError("STORAGE_UNREACHABLE", { location, reason }, options);
  return new ObhutError("STORAGE_FAILED", { location, action: `${action} ${file}`, reason }, options);
}
