/** JSON that came out of a repository: parsed, and proven to be an object. */

import { reasonOf } from "../../base/errors.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import { damaged } from "./damaged.ts";

/** Numbers that JavaScript has no value for stand as they were written: see `exactly`. */
export type JsonObject = { readonly [name: string]: unknown };

/** OBJECT_DAMAGED, naming `what`, where the bytes are not a JSON object. */
export function parseObject(bytes: Uint8Array, what: AnyReason): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  } catch (error) {
    throw damaged(what, reason("notJson", { message: reasonOf(error) }), error);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw damaged(what, reason("noJsonObject", {}));
}

/** Node has both since 22; TypeScript's library does not know them yet. */
interface ExactJson {
  rawJSON(text: string): unknown;
  parse(
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
}

/**
 * The same document, in which a number keeps the digits it is written with where JavaScript would write others (above 2^53, 1.0): to be
 * written back, not to be reckoned with.
 */
export function exactly(bytes: Uint8Array): JsonObject {
  const json = JSON as unknown as ExactJson;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return json.parse(text, (_name, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source ? json.rawJSON(source) : value,
  ) as JsonObject;
}
