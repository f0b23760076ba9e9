/**
 * The one error type that carries a code. A code names what failed; the sentence a person reads is
 * made from code and parameters in src/messages, in their language.
 */
import { type ErrorCode, type ErrorParams, errorCodes } from "./error-codes.ts";

export class ObhutError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "ObhutError";
  readonly code: Code;
  readonly params: ErrorParams<Code>;

  constructor(code: Code, params: ErrorParams<Code>, options?: { cause?: unknown }) {
    super(`${code} ${JSON.stringify(params)}`, options);
    this.code = code;
    this.params = params;
  }

  /** The exit code this error ends a command with (design.md, section 7). */
  get exitCode(): number {
    return errorCodes[this.code].exit;
  }
}

export function isObhutError<Code extends ErrorCode>(error: unknown, code?: Code): error is ObhutError<Code> {
  return error instanceof ObhutError && (code === undefined || error.code === code);
}

/** An error that no code was thought of is a fault of ours: INTERNAL. */
export function codedError(error: unknown): ObhutError {
  return isObhutError(error) ? error : new ObhutError("INTERNAL", { reason: reasonOf(error) }, { cause: error });
}

/** The operating system's code (`ENOENT`, `EACCES` ...) of an error, if it has one. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** No room left on the disk, or in what this user may take of it. */
export function isDiskFull(error: unknown): boolean {
  const code = systemCode(error);
  return code === "ENOSPC" || code === "EDQUOT";
}

/** One line that says what `error` is, for the `reason` parameter of another error. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
