/** Which entries a person looks for: by name, as restic matches (cmd/restic/cmd_find.go), and by the time of their last change. */
import { type BytePath, bytePath, displayPath } from "../../base/byte-path.ts";
import { matchPath, type PathPattern, parsePathPattern } from "../../base/path-pattern.ts";
import { msOfTimeText } from "../format/time-text.ts";
import type { LookedAt } from "./tree-search.ts";

export interface EntryQuery {
  readonly patterns: readonly PathPattern[];
  readonly ignoreCase: boolean;
  /** Changed at this time or later. */
  readonly oldestMs?: number;
  /** Changed at this time or before. */
  readonly newestMs?: number;
}

/** Undefined for a pattern whose brackets do not close. */
export function parseEntryPattern(text: string, ignoreCase: boolean): PathPattern | undefined {
  return parsePathPattern(ignoreCase ? text.toLowerCase() : text);
}

export function matchesEntry(query: EntryQuery, { path, node }: LookedAt): boolean {
  if (!matchPath(query.patterns, comparable(query, path)).matched) return false;
  const changedMs = msOfTimeText(node.mtime);
  return changedMs >= (query.oldestMs ?? -Infinity) && changedMs <= (query.newestMs ?? Infinity);
}

export function mayMatchBelow(query: EntryQuery, path: BytePath): boolean {
  return matchPath(query.patterns, comparable(query, path)).childMayMatch;
}

function comparable({ ignoreCase }: EntryQuery, path: BytePath): BytePath {
  return ignoreCase ? bytePath(displayPath(path).toLowerCase()) : path;
}
