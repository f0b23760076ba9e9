/** That rclone is gone, in the storage's words. */
import { ObhutError } from "../../base/errors.ts";
import type { RcloneEndedError } from "../../host/rclone/rclone-end.ts";

export function endedError(location: string, ended: RcloneEndedError): ObhutError {
  const params = { location, reason: ended.message };
  const options = { cause: ended };
  switch (ended.kind) {
    case "program-missing":
      return new ObhutError("RCLONE_MISSING", params, options);
    case "not-ready":
      return new ObhutError("RCLONE_NOT_READY", params, options);
    case "ended":
      return new ObhutError("RCLONE_ENDED", params, options);
  }
}
