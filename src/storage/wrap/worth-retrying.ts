/** Which failures of a storage may be gone a moment later. */
import type { ObhutError } from "../../base/errors.ts";

/** Statuses of a server that is busy or restarting (RFC 9110, 6585); of those from 500 on, all but the ones that say "never". */
const passing = [408, 425, 429];
const lasting = [501, 505, 507];

export function isWorthRetrying({ code, params }: ObhutError): boolean {
  if (code === "STORAGE_UNREACHABLE" || code === "STORAGE_TIMEOUT" || code === "RCLONE_ENDED") return true;
  if (code !== "STORAGE_ANSWERED" || !("status" in params)) return false;
  const status = Number.parseInt(String(params.status), 10);
  return passing.includes(status) || (status >= 500 && !lasting.includes(status));
}
