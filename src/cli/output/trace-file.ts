/** Where `--trace` writes: one JSON line a call. */
import { appendFileSync, openSync } from "node:fs";
import { ObhutError, reasonOf } from "../../base/errors.ts";
import { reason } from "../../base/reason-codes.ts";

/** Added to what is there. Throws USAGE where the file cannot be written. Lines are whole even if the process is killed: each is one write. */
export function traceFile(path: string): (call: object) => void {
  try {
    const file = openSync(path, "a", 0o600);
    return (call) => appendFileSync(file, `${JSON.stringify(call)}\n`);
  } catch (error) {
    throw new ObhutError("USAGE", { reason: reason("fileUnreadable", { file: path, reason: reasonOf(error) }) });
  }
}
