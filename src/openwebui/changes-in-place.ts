/**
 * Which files are written to here and there, and which are written once. It depends on the name alone: the same file must be cut
 * in the same way in each snapshot, or its pieces don't meet again.
 */
import { type BytePath, baseName } from "../base/byte-path.ts";
import { vectorFolder } from "./parts.ts";

/** Databases, and the files of an HNSW index (not its names, which are written anew each time, in another order). */
export function changesInPlace(path: BytePath): boolean {
  const name: string = baseName(path);
  if (/\.(db|db3|sqlite|sqlite3)$/i.test(name)) return true;
  return path.startsWith(`${vectorFolder}/`) && /^(header|data_level0|length|link_lists)\.bin$/.test(name);
}
