/** Patterns of paths that a person does not want captured. */
import { matchesGlob } from "node:path/posix";
import { type BytePath, displayPath } from "../base/byte-path.ts";

/**
 * A pattern with a `/` is held against the whole path below the data directory, one without against each name on its way.
 * `*` matches within a name, `**` across folders.
 */
export function excludedBy(patterns: readonly string[]): (path: BytePath) => boolean {
  const anchored = patterns
    .filter((pattern) => pattern.includes("/"))
    .map((pattern) => pattern.replace(/^\/|\/$/g, ""));
  const names = patterns.filter((pattern) => !pattern.includes("/"));
  if (patterns.length === 0) return () => false;
  return (path) => {
    const shown = displayPath(path);
    const name = shown.slice(shown.lastIndexOf("/") + 1);
    return (
      names.some((pattern) => matchesGlob(name, pattern)) || anchored.some((pattern) => matchesGlob(shown, pattern))
    );
  };
}
