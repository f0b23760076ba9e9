/** What an HTTP server says, in the storage's words. */
import { STATUS_CODES } from "node:http";
import { isObhutError, ObhutError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import type { StorageAction } from "../../base/storage-action.ts";
import { type HttpAnswer, HttpFailure } from "../../host/http/http-client.ts";
import { asksForTls, isWithoutTls } from "../../host/http/tls-choices.ts";

/** How systems and the providers behind rclone say that there is no room: it answers 500 to all of that. */
export const saysFull: RegExp =
  /no space left on device|remaining disk space|disk quota exceeded|quota ?exceeded|insufficient ?storage|storage limit|over quota/i;

export interface FailedRequest {
  readonly location: string;
  /** The verb, and the file it was tried on: `save data/0123` ... */
  readonly action: StorageAction;
}

/** For answers that are no success and mean nothing in particular to the call. */
export function statusError(
  { location, action }: FailedRequest,
  { status, why = "", body }: Pick<HttpAnswer, "status" | "why"> & Partial<Pick<HttpAnswer, "body">>,
): ObhutError {
  if (status === 400 && body !== undefined && asksForTls(Buffer.from(body).toString("latin1"))) {
    return new ObhutError("STORAGE_SCHEME", { location, asked: "http", spoken: "https" });
  }
  const reason = `HTTP ${status} ${STATUS_CODES[status] ?? ""}`.trim();
  switch (status) {
    case 401:
      return new ObhutError("REST_LOGIN_REFUSED", { location, reason });
    case 403:
    case 405:
      return new ObhutError("STORAGE_DENIED", { location, action, reason });
    case 507:
      return new ObhutError("STORAGE_FULL", { location, reason });
    default:
      if (saysFull.test(why)) return new ObhutError("STORAGE_FULL", { location, reason: why });
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
      if (isWithoutTls(reason)) {
        return new ObhutError("STORAGE_SCHEME", { location, asked: "https", spoken: "http" }, options);
      }
      return new ObhutError("STORAGE_TLS", { location, reason }, options);
    case "silent":
      return new ObhutError("STORAGE_TIMEOUT", { location, action, seconds: limits.httpSilenceMs / 1000 }, options);
    case "unreachable":
      return new ObhutError("STORAGE_UNREACHABLE", { location, reason }, options);
  }
}
