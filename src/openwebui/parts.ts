/**
 * What each path of the data directory is. Source: open_webui/env.py and config.py (DATA_DIR, UPLOAD_DIR, CACHE_DIR,
 * CHROMA_DATA_PATH, LICENSE_BLOB_PATH, AUDIT_LOGS_FILE_PATH) and the routers that write below CACHE_DIR.
 */
import type { BytePath } from "../base/byte-path.ts";

export const parts = ["database", "vectors", "uploads", "rest"] as const;
export type Part = (typeof parts)[number];

export function isPart(text: string): text is Part {
  return (parts as readonly string[]).includes(text);
}

export const mainDatabase = "webui.db" as BytePath;
export const vectorFolder = "vector_db" as BytePath;
export const vectorDatabase = "vector_db/chroma.sqlite3" as BytePath;
export const uploadFolder = "uploads" as BytePath;

/** The part that `path` (relative to the data directory) belongs to. */
export function partOf(path: BytePath): Part {
  const first = path.split("/", 1)[0];
  if (first === uploadFolder) return "uploads";
  if (first === vectorFolder) return "vectors";
  return first === mainDatabase || isSideFile(path, mainDatabase) ? "database" : "rest";
}

/** Why a path is not captured unless it is asked for. */
export type LeftOut =
  /** The app makes or downloads it again. */
  | "cache"
  /** A record for auditors; large, and wanted by few. */
  | "audit"
  /** Left by a file server or a file manager. */
  | "droppings";

/** The app fetches these models, or speaks these sentences, again when they are missing. */
const rebuiltFolders = ["cache/embedding", "cache/whisper", "cache/tiktoken", "cache/audio/speech"];

/** loguru names a rotated log with its time before the suffix, and packs it: audit.2026-11-23_10-00-00_000000.log.zip. */
const auditLog = /^audit(\.[^/]*)?\.log(\.(zip|gz|bz2|xz|tar(\.\w+)?))?$/;

const droppings = new Set([
  "@eaDir",
  "#recycle",
  "#snapshot",
  "@Recycle",
  "@Recently-Snapshot",
  ".@__thumb",
  ".AppleDouble",
  ".DS_Store",
  "Thumbs.db",
  "lost+found",
]);

/** Undefined for what is captured: everything that is not on this list. */
export function leftOutReason(path: BytePath): LeftOut | undefined {
  if (droppings.has(path.slice(path.lastIndexOf("/") + 1))) return "droppings";
  if (rebuiltFolders.some((folder) => path === folder || path.startsWith(`${folder}/`))) return "cache";
  return auditLog.test(path) ? "audit" : undefined;
}

const sideSuffixes = ["-wal", "-shm", "-journal"];

/** Whether `path` is the write-ahead log, its index or the journal of `database`; a captured database needs none of them. */
export function isSideFile(path: BytePath, database: BytePath): boolean {
  return path.startsWith(database) && sideSuffixes.includes(path.slice(database.length));
}

/** The database that `path` would be a side file of, by its name alone. */
export function sideFileOf(path: BytePath): BytePath | undefined {
  const suffix = sideSuffixes.find((ending) => path.endsWith(ending));
  return suffix === undefined ? undefined : (path.slice(0, -suffix.length) as BytePath);
}

/** What a path of the data directory is to a person; each has a sentence in src/messages (instance.ts). */
export const meanings = [
  "database",
  "vectors",
  "uploads",
  "cacheImages",
  "cacheFunctions",
  "cacheTools",
  "cacheTranscriptions",
  "cacheRebuilt",
  "audit",
  "licence",
  "oldConfig",
  "droppings",
  "unknown",
] as const;
export type Meaning = (typeof meanings)[number];

/** The first match counts. */
const meaningOfPrefix: readonly (readonly [string, Meaning])[] = [
  ["cache/image", "cacheImages"],
  ["cache/functions", "cacheFunctions"],
  ["cache/tools", "cacheTools"],
  ["cache/audio/transcriptions", "cacheTranscriptions"],
  ["l.data", "licence"],
  ["config.json", "oldConfig"],
  ["old_config.json", "oldConfig"],
];

export function meaningOf(path: BytePath): Meaning {
  const left = leftOutReason(path);
  if (left !== undefined) return left === "cache" ? "cacheRebuilt" : left;
  const part = partOf(path);
  if (part !== "rest") return part;
  return meaningOfPrefix.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1] ?? "unknown";
}
