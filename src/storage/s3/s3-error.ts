/** What an S3 server and the network say, in the storage's words. */
import { isObhutError, ObhutError, reasonOf, systemCode } from "../../base/errors.ts";
import type { StorageAction } from "../../base/storage-action.ts";
import { isTlsFailure, isWithoutTls } from "../../host/http/tls-choices.ts";
import { idleSeconds } from "./s3-client.ts";

export interface FailedCall {
  readonly location: string;
  /** The verb: `save`, `read` ... */
  readonly action: StorageAction;
  /** The file it was tried on, if one. */
  readonly file?: string | undefined;
}

/** Fewer bytes came than were asked for. */
export class TooShortError extends Error {
  readonly wanted: number;
  readonly got: number;

  constructor(wanted: number, got: number) {
    super(`${got} of ${wanted} bytes`);
    this.wanted = wanted;
    this.got = got;
  }
}

/** Names of S3's errors, from its API reference, "Error responses"; MinIO's and versitygw's own begin with X. */
const fullNames = ["XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"];
/** The key itself is wrong, not what it may do. */
const loginNames = [
  "ExpiredToken",
  "InvalidAccessKeyId",
  "InvalidToken",
  "SignatureDoesNotMatch",
  "XAdminUserNotFound",
];
const deniedNames = [
  "AccessDenied",
  // Deleting what is locked, or through an access point that lets nobody.
  "MethodNotAllowed",
];
/** Servers refuse what was signed more than 15 minutes before or after their own time. */
const skewMs = 14 * 60_000;
const regionNames = ["AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "PermanentRedirect"];
const missingNames = ["NoSuchKey", "NotFound", "NoSuchBucket"];
const busyNames = ["SlowDown", "ServiceUnavailable", "RequestTimeout", "InternalError", "Throttling"];

export function s3Error(failed: FailedCall, error: unknown): unknown {
  if (isObhutError(error)) return error;
  const { location, file = "" } = failed;
  const options = { cause: error };
  const action = file === "" ? failed.action : `${failed.action} ${file}`;
  if (error instanceof TooShortError) {
    return new ObhutError("STORAGE_SHORT_READ", { location, file, wanted: error.wanted, got: error.got }, options);
  }
  const name = nameOf(error);
  const reason = describe(error);
  const status = statusOf(error);
  if (isMissing(error) && failed.action === "read") {
    return new ObhutError("STORAGE_FILE_MISSING", { location, file }, options);
  }
  if (fullNames.includes(name) || status === 507) return new ObhutError("STORAGE_FULL", { location, reason }, options);
  if (name === "TimeoutError") {
    return new ObhutError("STORAGE_TIMEOUT", { location, action, seconds: idleSeconds }, options);
  }
  if (name === "CredentialsProviderError") return new ObhutError("S3_NO_CREDENTIALS", { location, reason }, options);
  if (status === undefined) {
    if (isTlsFailure(error) && isWithoutTls(reason)) {
      return new ObhutError("STORAGE_SCHEME", { location, asked: "https", spoken: "http" }, options);
    }
    if (isTlsFailure(error)) return new ObhutError("STORAGE_TLS", { location, reason }, options);
    if (!isNetwork(error)) return new ObhutError("STORAGE_FAILED", { location, action, reason }, options);
    return new ObhutError("STORAGE_UNREACHABLE", { location, reason }, options);
  }
  if (regionNames.includes(name) || (status === 301 && name !== "")) {
    return new ObhutError("S3_WRONG_REGION", { location, reason }, options);
  }
  const there = serverClock(error);
  // The answer to HEAD does not say why; and the next request the SDK would sign with the server's time.
  const isSkewed = status === 403 && Math.abs((there ?? Date.now()) - Date.now()) > skewMs;
  if (name === "RequestTimeTooSkewed" || isSkewed) {
    const clocks = { here: clockText(Date.now()), there: there === undefined ? "?" : clockText(there) };
    return new ObhutError("STORAGE_CLOCK", { location, ...clocks }, options);
  }
  if (status === 401 || loginNames.includes(name)) {
    return new ObhutError("S3_LOGIN_REFUSED", { location, reason }, options);
  }
  if (status === 403 || deniedNames.includes(name))
    return new ObhutError("STORAGE_DENIED", { location, action, reason }, options);
  // A body that broke off comes with the status of its beginning.
  if (status < 300) return new ObhutError("STORAGE_UNREACHABLE", { location, reason }, options);
  const busy = busyNames.some((one) => name.startsWith(one));
  if (busy || status === 408 || status === 429 || status >= 500) {
    return new ObhutError(
      "STORAGE_ANSWERED",
      { location, action, status: busy && status < 500 ? 503 : status },
      options,
    );
  }
  return new ObhutError("STORAGE_FAILED", { location, action, reason }, options);
}

/** There is no such object, or no such bucket. */
export function isMissing(error: unknown): boolean {
  // Not by its status: there are servers that say 404 to a user they do not know.
  return missingNames.includes(nameOf(error));
}

/** A condition did not hold: If-None-Match. */
export function isPrecondition(error: unknown): boolean {
  return statusOf(error) === 412 || nameOf(error) === "ConditionalRequestConflict";
}

export function statusOf(error: unknown): number | undefined {
  const metadata = (error as { $metadata?: { httpStatusCode?: unknown } } | undefined)?.$metadata;
  return typeof metadata?.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** S3's name of the error and its sentence; an answer without a body has neither. */
function describe(error: unknown): string {
  const [name, status] = [nameOf(error), statusOf(error)];
  const text = reasonOf(error);
  if (status === undefined) return text;
  const known = name !== "" && name !== "Error" && !/^(unknown|\d+)/i.test(name) && !/^unknown/i.test(text);
  return known ? `${name}: ${text}` : `HTTP ${status}`;
}

/** The Date header of the answer (RFC 9110, section 6.6.1). */
function serverClock(error: unknown): number | undefined {
  const { $response } = error as { $response?: { headers?: Readonly<Record<string, string>> } };
  const time = Date.parse($response?.headers?.["date"] ?? "");
  return Number.isNaN(time) ? undefined : time;
}

function clockText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19).replace("T", " ");
}

function isNetwork(error: unknown): boolean {
  return systemCode(error) !== undefined || /socket hang up|aborted|network/i.test(reasonOf(error));
}
