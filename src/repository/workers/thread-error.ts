/** Errors across threads: structured clone keeps neither codes nor classes. */
import { type ErrorCode, errorCodes } from "../../base/error-codes.ts";
import { ObhutError } from "../../base/errors.ts";

export interface ThreadError {
  readonly message: string;
  readonly stack: string | undefined;
  /** An ObhutError's code or the operating system's. */
  readonly code: string | undefined;
  /** An ObhutError's values. */
  readonly params?: Readonly<Record<string, unknown>>;
}

export function toThreadError(error: unknown): ThreadError {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined, code: undefined };
  const { message, stack } = error;
  if (error instanceof ObhutError) return { message, stack, code: error.code, params: error.params };
  return { message, stack, code: (error as NodeJS.ErrnoException).code };
}

export function fromThreadError({ message, stack, code, params }: ThreadError): Error {
  if (params !== undefined && code !== undefined && code in errorCodes) {
    return new ObhutError(code as ErrorCode, params as never);
  }
  const error: NodeJS.ErrnoException = new Error(message);
  if (code !== undefined) error.code = code;
  if (stack !== undefined) error.stack = stack;
  return error;
}
