import { createHash } from "node:crypto";
import type { AnyId } from "../../base/ids.ts";

/** The name of a file that holds these bytes: their SHA-256. */
export function idOfBytes<Kind extends AnyId>(bytes: Uint8Array): Kind {
  return createHash("sha256").update(bytes).digest("hex") as Kind;
}
