/** Ranges of a file over HTTP (RFC 9110, section 14). */
import type { HttpAnswer } from "../../host/http/http-client.ts";
import type { ByteRange } from "../storage.ts";

/** `range` is not empty. */
export function rangeHeader({ offset, length }: ByteRange): string {
  return `bytes=${offset}-${offset + length - 1}`;
}

export interface TooShort {
  readonly wanted: number;
  readonly got: number;
}

/** The bytes that were asked for; how many there are where those are fewer; undefined where the answer is none. */
export function rangeOf(
  { status, headers, body }: HttpAnswer,
  range: ByteRange | undefined,
): Uint8Array<ArrayBuffer> | TooShort | undefined {
  if (range === undefined) return status === 200 ? body : undefined;
  const { offset, length } = range;
  if (status === 416) {
    const size = Number(/\/(\d+)$/.exec(headers["content-range"] ?? "")?.[1] ?? 0);
    return { wanted: length, got: Math.max(0, size - offset) };
  }
  if (status !== 206 && status !== 200) return undefined;
  // A server that knows no ranges sends the whole file.
  const bytes = status === 206 ? body : body.slice(offset, offset + length);
  return bytes.length === length ? bytes : { wanted: length, got: bytes.length };
}
