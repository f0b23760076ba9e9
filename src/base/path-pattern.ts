/**
 * Patterns that choose paths, exactly as restic's --include and --exclude take them: `*`, `?` and `[a-z]` within one name, `**` for
 * any number of folders, a leading `/` for the whole path, a leading `!` to take back an earlier match. A pattern that matches a
 * folder matches all below it. Source: restic's internal/filter/filter.go; Go's path/filepath.Match.
 */
import { posix } from "node:path";
import { type BytePath, bytesOf } from "./byte-path.ts";
import { ObhutError } from "./errors.ts";
import { reason } from "./reason-codes.ts";

/** One name of a pattern; `**` is `anyFolders`. */
type Part = { readonly matches: (name: string) => boolean } | typeof anyFolders;
const anyFolders = "**";

export interface PathPattern {
  readonly text: string;
  readonly negated: boolean;
  readonly rooted: boolean;
  readonly parts: readonly Part[];
}

export interface PathMatch {
  readonly matched: boolean;
  /** Whether something below the path can match. */
  readonly childMayMatch: boolean;
}

/** The pattern, or undefined where its brackets or escapes are not closed. Empty text is no pattern. */
export function parsePathPattern(text: string): PathPattern | undefined {
  const negated = text.startsWith("!");
  const body = negated ? text.slice(1) : text;
  if (body === "") return undefined;
  const clean = posix.normalize(body).replace(/(?<=.)\/$/, "");
  const rooted = clean.startsWith("/");
  const parts: Part[] = [];
  for (const name of namesOf(clean)) {
    const part = name === "**" ? anyFolders : parsePart(name);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return { text, negated, rooted, parts };
}

/** USAGE for text that is no pattern. */
export function requirePathPattern(text: string): PathPattern {
  const pattern = parsePathPattern(text);
  if (pattern !== undefined) return pattern;
  throw new ObhutError("USAGE", { reason: reason("patternInvalid", { value: text }) });
}

function parsePart(glob: string): Part | undefined {
  if (!/[\\[\]*?]/.test(glob)) return { matches: (name) => name === glob };
  const source = globSource(glob);
  if (source === undefined) return undefined;
  const expression = new RegExp(`^${source}$`, "su");
  return { matches: (name) => expression.test(name) };
}

/** filepath.Match as a regular expression; undefined where Go says ErrBadPattern. */
function globSource(glob: string): string | undefined {
  let source = "";
  let rest = glob;
  while (rest !== "") {
    const token = /^(?:\*+|\?|\[(\^?)((?:\\.|[^\\\]])+)\]|\\(.)|[^*?[\\])/su.exec(rest);
    if (token === null) return undefined;
    const [all, not, set, escaped] = token;
    rest = rest.slice(all.length);
    if (all.startsWith("*")) source += ".*";
    else if (all === "?") source += ".";
    else if (set === undefined) source += literal(escaped ?? all);
    else {
      const inside = setSource(set);
      if (inside === undefined) return undefined;
      source += `[${not ?? ""}${inside}]`;
    }
  }
  return source;
}

function setSource(set: string): string | undefined {
  let source = "";
  let rest = set;
  while (rest !== "") {
    const range = /^(\\.|[^\\-])(?:-(\\.|[^\\-]))?/su.exec(rest);
    if (range === null) return undefined;
    const [all, low = "", high] = range;
    rest = rest.slice(all.length);
    const from = low.replace(/^\\/, "");
    const to = high?.replace(/^\\/, "");
    if (to !== undefined && (to.codePointAt(0) ?? 0) < (from.codePointAt(0) ?? 0)) return undefined;
    source += literal(from) + (to === undefined ? "" : `-${literal(to)}`);
  }
  return source;
}

function literal(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** What a list of patterns says of an absolute path. */
export function matchPath(patterns: readonly PathPattern[], path: BytePath): PathMatch {
  const names = namesOf(readable(path));
  let matched = false;
  let childMayMatch = false;
  for (const pattern of patterns) {
    const hit = matchNames(pattern.parts, pattern.rooted, names);
    if (pattern.negated) {
      matched &&= !hit;
      childMayMatch &&= !hit;
    } else {
      matched ||= hit;
      childMayMatch ||= childMatch(pattern, names);
    }
  }
  return { matched, childMayMatch };
}

function childMatch({ rooted, parts }: PathPattern, names: readonly string[]): boolean {
  if (!rooted) return true;
  const at = parts.indexOf(anyFolders);
  const own = at >= 0 && names.length >= at ? names.slice(0, at) : names;
  return matchNames(parts.slice(0, Math.min(own.length, parts.length)), true, own);
}

/** Whether the parts fit names that follow each other: from the first name where rooted, else from any. */
function matchNames(parts: readonly Part[], rooted: boolean, names: readonly string[]): boolean {
  const at = parts.indexOf(anyFolders);
  if (at >= 0) {
    const before = parts.slice(0, at);
    const after = parts.slice(at + 1);
    for (let folders = 0; folders <= names.length - parts.length + 1; folders++) {
      const filled = Array.from({ length: folders }, () => anyName);
      if (matchNames([...before, ...filled, ...after], rooted, names)) return true;
    }
    return false;
  }
  if (parts.length === 0) return rooted || names.length === 0;
  const last = rooted ? 0 : names.length - parts.length;
  if (parts.length > names.length) return false;
  for (let offset = last; offset >= 0; offset--) {
    if (parts.every((part, i) => part !== anyFolders && part.matches(names[offset + i] ?? ""))) return true;
  }
  return false;
}

const anyName: Part = { matches: () => true };

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "");
}

/** UTF-8 decoded; a byte that is not UTF-8 becomes one unpaired surrogate, so that `?` takes it and nothing else is equal to it. */
function readable(path: BytePath): string {
  if (/^[\0-\x7f]*$/.test(path)) return path;
  const bytes = bytesOf(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return path.replace(/[\x80-\xff]/g, (byte) => String.fromCharCode(0xdc00 + byte.charCodeAt(0)));
  }
}
