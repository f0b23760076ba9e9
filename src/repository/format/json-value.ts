/** JSON that came out of a repository: parsed, and proven to be an object. */
import { reasonOf } from "../../base/errors.ts";
import { damaged } from "./damaged.ts";

export type JsonObject = { readonly [name: string]: unknown };

/** OBJECT_DAMAGED, naming `what`, where the bytes are not a JSON object. */
export function parseObject(bytes: Uint8Array, what: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  } catch (error) {
    throw damaged(what, reasonOf(error), error);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw damaged(what, "it is not a JSON object");
}
