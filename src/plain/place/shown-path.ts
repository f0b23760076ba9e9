/** A path of a place for messages. */
import { type BytePath, displayPath } from "../../base/byte-path.ts";

export function shownPath(path: BytePath): string {
  return path === "" ? "." : displayPath(path);
}
