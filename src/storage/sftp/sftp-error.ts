/** What SFTP and ssh say, in the storage's words. */
import { isObhutError, ObhutError, reasonOf } from "../../base/errors.ts";
import type { StorageAction } from "../../base/storage-action.ts";
import { SftpProtocolError } from "../../host/sftp/packet.ts";
import { isStatus } from "../../host/sftp/sftp-client.ts";
import { SftpSilentError } from "../../host/sftp/sftp-connection.ts";
import { SshEndedError } from "../../host/sftp/ssh-failure.ts";
import { TooShortError } from "./load-file.ts";
import { AlreadyThereError } from "./save-file.ts";

export interface FailedCall {
  readonly location: string;
  readonly host: string;
  /** The verb: `save`, `read` ... */
  readonly action: StorageAction;
  /** The file it was tried on, if one. */
  readonly file?: string | undefined;
}

export function sftpError(failed: FailedCall, error: unknown): unknown {
  const { location, file = "" } = failed;
  const options = { cause: error };
  const reason = reasonOf(error);
  const action = file === "" ? failed.action : `${failed.action} ${file}`;
  if (isObhutError(error)) return error;
  if (error instanceof SshEndedError) return sshError(failed, error);
  if (error instanceof SftpProtocolError) return new ObhutError("SSH_NO_SFTP", { location, reason }, options);
  if (error instanceof SftpSilentError) {
    return new ObhutError("STORAGE_TIMEOUT", { location, action, seconds: error.seconds }, options);
  }
  if (error instanceof AlreadyThereError) return new ObhutError("STORAGE_FILE_EXISTS", { location, file }, options);
  if (error instanceof TooShortError) {
    const { wanted, got } = error;
    return new ObhutError("STORAGE_SHORT_READ", { location, file, wanted, got }, options);
  }
  if (isStatus(error, "noSuchFile") && failed.action === "read" && file !== "") {
    return new ObhutError("STORAGE_FILE_MISSING", { location, file }, options);
  }
  if (isStatus(error, "permissionDenied"))
    return new ObhutError("STORAGE_DENIED", { location, action, reason }, options);
  return new ObhutError("STORAGE_FAILED", { location, action, reason }, options);
}

function sshError({ location, host }: FailedCall, error: SshEndedError): ObhutError {
  const reason = reasonOf(error);
  const options = { cause: error };
  switch (error.kind) {
    case "program-missing":
      return new ObhutError("SSH_MISSING", { location, reason }, options);
    case "host-key-changed":
      return new ObhutError("STORAGE_HOST_CHANGED", { location, host, reason }, options);
    case "host-key-unknown":
      return new ObhutError("STORAGE_HOST_UNKNOWN", { location, host, reason }, options);
    case "login-refused":
      return new ObhutError("SSH_LOGIN_REFUSED", { location, reason }, options);
    case "no-sftp":
      return new ObhutError("SSH_NO_SFTP", { location, reason }, options);
    case "name-unknown":
    case "refused":
    case "unreachable":
    case "timed-out":
    case "closed":
      return new ObhutError("STORAGE_UNREACHABLE", { location, reason }, options);
  }
}
