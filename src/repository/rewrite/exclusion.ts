/** Which paths of a snapshot a rewrite leaves out. */
import { type BytePath, bytePath, bytesOf } from "../../base/byte-path.ts";
import { matchPath, type PathPattern } from "../../base/path-pattern.ts";

export interface ExcludePatterns {
  readonly excludes: readonly PathPattern[];
  /** Of small letters; paths are compared in small letters. */
  readonly insensitive: readonly PathPattern[];
}

/** As restic: each list by itself, so that a `!` of one takes nothing back that the other says. */
export function exclusion({ excludes, insensitive }: ExcludePatterns): (path: BytePath) => boolean {
  return (path) =>
    (excludes.length > 0 && matchPath(excludes, path).matched) ||
    (insensitive.length > 0 && matchPath(insensitive, inSmallLetters(path)).matched);
}

function inSmallLetters(path: BytePath): BytePath {
  return bytePath(bytesOf(path).toString("utf8").toLowerCase());
}
