/** What an HTTP server says, in the storage's words. */
import { STATUS_CODES } from "node:http";
import { isObhutError, ObhutError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { type HttpAnswer, HttpFailure } from "../../host/http/http-client.ts";

export interface FailedRequest {
  readonly location: string;
  /** The verb, and the file it was tried on: `save data/0123` ... */
  readonly action: string;
}

/** For answers that are no success and mean nothing in particular to the call. */
export function statusError(
  { location, action }: FailedRequest,
  { status, why = "" }: Pick<HttpAnswer, "status" | "why">,
): ObhutError {
  const reason = `HTTP ${status} ${STATUS_CODES[status] ?? ""}`.trim();
  switch (status) {
    case 401:
    case 403:
    case 405:
      return new ObhutError("STORAGE_DENIED", { location, action, reason });
    case 507:
      return new ObhutError("STORAGE_FULL", { location, reason });
    default:
      return new ObhutError("STORAGE_ANSWERED", {
        location,
        action,
        status: why === "" ? status : `${status}: ${why}`,
      });
  }
}

/** For requests that got no answer. */
export function requestError({ location, action }: FailedRequest, error: unknown): unknown {
  if (isObhutError(error) || !(error instanceof HttpFailure)) return error;
  const { kind, message: reason } = error;
  const options = { cause: error };
  switch (kind) {
    case "tls":
      return new ObhutError("STORAGE_TLS", { location, reason }, options);
    case "silent":
      return new ObhutError("STORAGE_TIMEOUT", { location, action, seconds: limits.httpSilenceMs / 1000 }, options);
    case "unreachable":
      return new ObhutError("STORAGE_UNREACHABLE", { location, reason }, options);
  }
}
