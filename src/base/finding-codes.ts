/**
 * What a job met that a person must know, without stopping for it. `incomplete`: something was not
 * captured, restored or right; the job ends with exit code 3. `note`: all is there, yet worth saying.
 */
import type { Reason } from "./reason-codes.ts";

interface FindingSpec {
  readonly weight: "incomplete" | "note";
  readonly params: readonly string[];
}

export const findingCodes = {
  FILE_VANISHED: { weight: "note", params: ["path"] },
  FILE_UNREADABLE: { weight: "incomplete", params: ["path", "reason"] },
  FILE_CHANGED: { weight: "incomplete", params: ["path"] },
  // Open WebUI
  DATABASE_NOT_COVERED: { weight: "incomplete", params: ["store"] },
  VECTORS_NOT_COVERED: { weight: "incomplete", params: ["store"] },
  UPLOADS_NOT_COVERED: { weight: "incomplete", params: ["store"] },
  UPLOADS_REMOTE: { weight: "incomplete", params: ["count", "scheme"] },
  UPLOADS_MISSING: { weight: "note", params: ["count", "example"] },
  UPLOAD_LOST: { weight: "incomplete", params: ["path"] },
  UPLOADS_ORPHANED: { weight: "note", params: ["count", "example"] },
  SEGMENT_TORN: { weight: "incomplete", params: ["segment", "collection", "reason"] },
  SEGMENT_MISSING: { weight: "incomplete", params: ["segment", "collection"] },
  VECTORS_UNKNOWN: { weight: "incomplete", params: ["path", "reason"] },
  OTHER_DATABASE_INEXACT: { weight: "incomplete", params: ["path", "reason"] },
  LINK_NOT_FOLLOWED: { weight: "incomplete", params: ["path", "target"] },
  DATABASE_OPAQUE: { weight: "note", params: ["path"] },
  DATABASE_PASSWORD_NOT_SEEN: { weight: "note", params: [] },
  CAPTURE_BEGUN_ANEW: { weight: "note", params: ["path"] },
  SCHEMA_UNKNOWN: { weight: "note", params: ["revision"] },
  SECRET_KEY_NOT_SEEN: { weight: "note", params: [] },
  ENVIRONMENT_NOT_SEEN: { weight: "note", params: [] },
  // the repository
  SNAPSHOT_DAMAGED: { weight: "incomplete", params: ["snapshot", "reason"] },
  OTHER_SNAPSHOT_DAMAGED: { weight: "note", params: ["snapshot", "reason"] },
  SNAPSHOT_UNREADABLE: { weight: "incomplete", params: ["snapshot", "reason"] },
  OTHER_SNAPSHOT_UNREADABLE: { weight: "note", params: ["snapshot", "reason"] },
  KEY_DAMAGED: { weight: "incomplete", params: ["key", "reason"] },
  KEY_UNREADABLE: { weight: "incomplete", params: ["key", "reason"] },
  INDEX_DAMAGED: { weight: "incomplete", params: ["index", "reason"] },
  INDEX_UNREADABLE: { weight: "incomplete", params: ["index", "reason"] },
  PACK_MISSING: { weight: "incomplete", params: ["pack", "blobs"] },
  PACK_SIZE_WRONG: { weight: "incomplete", params: ["pack", "expected", "actual"] },
  PACK_DAMAGED: { weight: "incomplete", params: ["pack", "reason"] },
  PACK_UNREADABLE: { weight: "incomplete", params: ["pack", "reason"] },
  TREE_DAMAGED: { weight: "incomplete", params: ["tree", "path", "snapshot", "reason"] },
  TREE_UNREADABLE: { weight: "incomplete", params: ["tree", "path", "snapshot", "reason"] },
  FILE_PIECES_MISSING: { weight: "incomplete", params: ["path", "snapshot", "count"] },
  FILE_SIZE_WRONG: { weight: "incomplete", params: ["path", "snapshot", "expected", "actual"] },
  ENTRY_UNKNOWN: { weight: "incomplete", params: ["path", "snapshot", "type"] },
  INDEX_WRONG: { weight: "incomplete", params: ["pack", "reason"] },
  PACKS_NOT_INDEXED: { weight: "incomplete", params: ["count", "sizeBytes"] },
  TREE_COPY_DAMAGED: { weight: "note", params: ["tree", "pack", "reason"] },
  PACKS_UNUSED: { weight: "note", params: ["count", "sizeBytes"] },
  BLOBS_DUPLICATED: { weight: "note", params: ["count", "sizeBytes"] },
  LOCK_AWAITED: { weight: "note", params: ["location", "holder", "since"] },
  LOCK_NOT_REMOVED: { weight: "note", params: ["location", "reason"] },
  // repair
  PACK_NOT_INDEXED: { weight: "note", params: ["pack", "reason"] },
  PACK_SOUND: { weight: "note", params: ["pack"] },
  PACK_COPY_KEPT: { weight: "note", params: ["pack", "path"] },
  FILE_CUT: { weight: "note", params: ["path", "snapshot", "count", "name"] },
  FILE_LOST: { weight: "note", params: ["path", "snapshot"] },
  FOLDER_LOST: { weight: "note", params: ["path", "snapshot", "reason"] },
  FILE_SIZE_CORRECTED: { weight: "note", params: ["path", "snapshot", "expected", "actual"] },
  ENTRY_REMOVED: { weight: "note", params: ["path", "snapshot", "type"] },
  SNAPSHOT_LOST: { weight: "note", params: ["snapshot", "reason"] },
  SNAPSHOT_BEYOND_REPAIR: { weight: "incomplete", params: ["snapshot", "reason"] },
  // storing a snapshot
  SNAPSHOT_PASSED_OVER: { weight: "note", params: ["location", "snapshot", "reason"] },
  INDEXED_PACKS_MISSING: { weight: "note", params: ["location", "count"] },
  PACK_NOT_ADOPTED: { weight: "note", params: ["location", "pack", "reason"] },
  // copying snapshots
  SNAPSHOT_NOT_COPIED: { weight: "incomplete", params: ["snapshot", "location"] },
  // plain copies
  COPY_READABLE: { weight: "note", params: ["location"] },
  COPY_NAMES_CHANGED: { weight: "note", params: ["location", "count", "example"] },
  COPY_FILES_MISSED: { weight: "incomplete", params: ["location", "count", "example", "reason"] },
  COPY_FILE_MISSING: { weight: "incomplete", params: ["path", "copy"] },
  COPY_FILE_WRONG: { weight: "incomplete", params: ["path", "copy", "reason"] },
  COPY_LIST_DAMAGED: { weight: "incomplete", params: ["copy", "location"] },
  // prune
  RUSTIC_WITHOUT_LOCKS: { weight: "note", params: ["location", "count"] },
  PACKS_YOUNG: { weight: "note", params: ["count", "sizeBytes", "hours"] },
  PACKS_MARKED: { weight: "note", params: ["count", "sizeBytes", "hours"] },
  PACKS_RECOVERED: { weight: "note", params: ["count"] },
  PACKS_FORGOTTEN: { weight: "note", params: ["count"] },
  PACKS_NOT_REMOVED: { weight: "incomplete", params: ["count", "pack", "reason"] },
  // forget
  SNAPSHOT_IN_FUTURE: { weight: "note", params: ["snapshot", "time"] },
  // rewriting snapshots
  TREE_NOT_REWRITABLE: { weight: "incomplete", params: ["tree", "path", "snapshot"] },
  // restore
  NOTHING_CHOSEN: { weight: "incomplete", params: [] },
  FILE_NOT_RESTORED: { weight: "incomplete", params: ["path", "reason"] },
  FILE_RESTORED_WRONG: { weight: "incomplete", params: ["path"] },
  METADATA_NOT_RESTORED: { weight: "incomplete", params: ["path", "reason"] },
  XATTRS_NOT_RESTORED: { weight: "note", params: ["count", "reason"] },
  OWNERS_NOT_RESTORED: { weight: "note", params: ["count"] },
  // what was restored, opened
  DATABASE_RESTORED_DAMAGED: { weight: "incomplete", params: ["path", "reason"] },
  ROWS_RESTORED_DIFFER: { weight: "incomplete", params: ["table", "expected", "actual"] },
  DATA_PATH_NOT_WRITTEN: { weight: "incomplete", params: ["path"] },
  DATA_PATH_DIFFERS: { weight: "note", params: ["rows", "target"] },
  // two snapshots, compared
  DATABASES_NOT_COMPARED: { weight: "incomplete", params: ["reason"] },
  // the cache
  CACHE_UNUSABLE: { weight: "note", params: ["folder", "reason"] },
  CACHE_DAMAGED: { weight: "note", params: ["folder", "file"] },
  // storage on another machine
  STORAGE_RETRIED: { weight: "note", params: ["location", "reason", "seconds"] },
  RETENTION_EXTENDED: { weight: "note", params: ["location", "count"] },
  RETENTION_NOT_EXTENDED: { weight: "incomplete", params: ["location", "count", "reason"] },
  SPOOL_FILLED: { weight: "note", params: ["path", "sizeBytes", "seconds"] },
  SPOOL_DISK_FULL: { weight: "note", params: ["folder", "free"] },
  REPOSITORY_NOT_LOCKED: { weight: "note", params: ["location", "reason"] },
} as const satisfies Record<string, FindingSpec>;

export type FindingCode = keyof typeof findingCodes;
export type FindingParams<Code extends FindingCode> = {
  readonly [Name in (typeof findingCodes)[Code]["params"][number]]: string | number | Reason;
};

/** One finding, of a code with its values. Plain data: it crosses threads and goes into JSON. */
export type Finding = {
  [Code in FindingCode]: { readonly code: Code; readonly params: FindingParams<Code> };
}[FindingCode];

export function finding<Code extends FindingCode>(code: Code, params: FindingParams<Code>): Finding {
  return { code, params } as Finding;
}

export function isIncomplete(found: Finding): boolean {
  return findingCodes[found.code].weight === "incomplete";
}
