/**
 * Every error code, the exit code it ends a command with, and the values its sentence names.
 *
 * Exit codes: 1 failed, 3 incomplete, 10 no repository, 11 locked, 12 wrong password, 130 interrupted.
 * A code's sentence and its next step stand in src/messages/en/errors.ts and de/errors.ts; a test
 * holds the three together.
 */

import type { Reason } from "./reason-codes.ts";

interface CodeSpec {
  readonly exit: number;
  readonly params: readonly string[];
}

export const errorCodes = {
  // arguments
  USAGE: { exit: 1, params: ["reason"] },
  DESTINATION_INVALID: { exit: 1, params: ["destination", "reason"] },
  DESTINATION_UNFIT: { exit: 1, params: ["location", "reason"] },
  DESTINATION_IN_SOURCE: { exit: 1, params: ["location", "source"] },
  // storage
  STORAGE_FILE_MISSING: { exit: 1, params: ["location", "file"] },
  STORAGE_FILE_EXISTS: { exit: 1, params: ["location", "file"] },
  STORAGE_SHORT_READ: { exit: 1, params: ["location", "file", "wanted", "got"] },
  STORAGE_FAILED: { exit: 1, params: ["location", "action", "reason"] },
  STORAGE_FULL: { exit: 1, params: ["location", "reason"] },
  STORAGE_LINKS: { exit: 1, params: ["location", "reason"] },
  // storage on another machine
  STORAGE_UNREACHABLE: { exit: 1, params: ["location", "reason"] },
  STORAGE_TIMEOUT: { exit: 1, params: ["location", "action", "seconds"] },
  STORAGE_DENIED: { exit: 1, params: ["location", "action", "reason"] },
  STORAGE_SCHEME: { exit: 1, params: ["location", "asked", "spoken"] },
  STORAGE_TLS: { exit: 1, params: ["location", "reason"] },
  STORAGE_HOST_UNKNOWN: { exit: 1, params: ["location", "host", "reason"] },
  STORAGE_HOST_CHANGED: { exit: 1, params: ["location", "host", "reason"] },
  SSH_LOGIN_REFUSED: { exit: 1, params: ["location", "reason"] },
  SSH_NO_SFTP: { exit: 1, params: ["location", "reason"] },
  SSH_MISSING: { exit: 1, params: ["location", "reason"] },
  S3_NO_CREDENTIALS: { exit: 1, params: ["location", "reason"] },
  S3_LOGIN_REFUSED: { exit: 1, params: ["location", "reason"] },
  REST_LOGIN_REFUSED: { exit: 1, params: ["location", "reason"] },
  S3_WRONG_REGION: { exit: 1, params: ["location", "reason"] },
  STORAGE_CLOCK: { exit: 1, params: ["location", "here", "there"] },
  B2_NO_CREDENTIALS: { exit: 1, params: ["location"] },
  STORAGE_ANSWERED: { exit: 1, params: ["location", "action", "status"] },
  RCLONE_MISSING: { exit: 1, params: ["location", "reason"] },
  RCLONE_NOT_READY: { exit: 1, params: ["location", "reason"] },
  RCLONE_ENDED: { exit: 1, params: ["location", "reason"] },
  // repository
  REPOSITORY_MISSING: { exit: 10, params: ["location"] },
  REPOSITORY_EXISTS: { exit: 1, params: ["location"] },
  FILE_EXISTS: { exit: 1, params: ["file"] },
  FILE_NOT_WRITTEN: { exit: 1, params: ["file", "reason"] },
  KEY_NOT_FOUND: { exit: 1, params: ["key"] },
  KEY_AMBIGUOUS: { exit: 1, params: ["key", "matches"] },
  KEY_IN_USE: { exit: 1, params: ["key"] },
  KEY_NOT_PROVEN: { exit: 1, params: ["location", "key"] },
  REPOSITORY_VERSION: { exit: 1, params: ["location", "version"] },
  REPOSITORY_LOCKED: { exit: 11, params: ["location", "holder", "since"] },
  REPOSITORY_LOCK_LOST: { exit: 1, params: ["location", "reason"] },
  INDEX_KEEPS_CHANGING: { exit: 1, params: ["location", "index"] },
  PASSWORD_WRONG: { exit: 12, params: ["location"] },
  PASSWORD_MISSING: { exit: 1, params: ["location", "options"] },
  OBJECT_DAMAGED: { exit: 1, params: ["object", "reason"] },
  BLOB_MISSING: { exit: 1, params: ["blob"] },
  SNAPSHOT_NOT_FOUND: { exit: 1, params: ["query"] },
  SNAPSHOT_UNSURE: { exit: 1, params: ["query", "snapshot", "reason"] },
  SNAPSHOT_AMBIGUOUS: { exit: 1, params: ["query", "matches"] },
  SEVERAL_INSTANCES: { exit: 1, params: ["query", "instances"] },
  INSTANCE_NOT_FOUND: { exit: 1, params: ["query", "instance"] },
  OBJECT_NOT_FOUND: { exit: 1, params: ["query"] },
  OBJECT_AMBIGUOUS: { exit: 1, params: ["query", "matches"] },
  PACK_NOT_FOUND: { exit: 1, params: ["pack"] },
  PACK_AMBIGUOUS: { exit: 1, params: ["pack"] },
  PACK_COPY_FAILED: { exit: 1, params: ["pack", "path", "reason"] },
  INDEX_REPAIR_FIRST: { exit: 1, params: ["location"] },
  REPAIR_UNREADABLE: { exit: 1, params: ["location", "object", "reason"] },
  PACKS_ALL_GONE: { exit: 1, params: ["location", "count"] },
  PATH_NOT_IN_SNAPSHOT: { exit: 1, params: ["path"] },
  PATH_NO_FILE: { exit: 1, params: ["path", "type"] },
  // prune
  STORAGE_APPEND_ONLY: { exit: 1, params: ["location", "reason"] },
  PRUNE_SNAPSHOT_UNREADABLE: { exit: 1, params: ["snapshot", "reason"] },
  PRUNE_TREE_UNREADABLE: { exit: 1, params: ["path", "snapshot", "reason"] },
  PRUNE_BLOB_MISSING: { exit: 1, params: ["blob", "path", "snapshot"] },
  PRUNE_BLOB_DAMAGED: { exit: 1, params: ["blob", "pack", "reason"] },
  PRUNE_PACKS_UNSOUND: { exit: 1, params: ["missing", "wrong", "pack", "blobs"] },
  PRUNE_NO_ROOM: { exit: 1, params: ["location", "reason"] },
  PRUNE_SNAPSHOT_NEW: { exit: 1, params: ["location", "snapshot"] },
  // forget and tag
  FORGET_NO_POLICY: { exit: 1, params: [] },
  FORGET_EMPTIES_GROUP: { exit: 1, params: ["group", "count"] },
  FORGET_LAST_GOOD: { exit: 1, params: ["snapshot", "instance"] },
  SNAPSHOT_NOT_REMOVED: { exit: 3, params: ["location", "snapshot", "reason"] },
  // plain copies
  COPY_PLACE_MISSING: { exit: 10, params: ["location"] },
  COPY_PLACE_EXISTS: { exit: 1, params: ["location"] },
  COPY_PLACE_NOT_EMPTY: { exit: 1, params: ["location", "example"] },
  COPY_PLACE_OTHER: { exit: 1, params: ["location", "kind", "wanted"] },
  COPY_PLACE_BUSY: { exit: 11, params: ["location", "holder", "since"] },
  COPY_DAMAGED: { exit: 1, params: ["location", "file"] },
  COPY_BRAKE: { exit: 1, params: ["location", "what", "before", "now"] },
  // restore
  RESTORE_STOPPED: { exit: 1, params: ["target", "count", "example", "reason"] },
  TARGET_NOT_EMPTY: { exit: 1, params: ["target"] },
  TARGET_NO_FOLDER: { exit: 1, params: ["target"] },
  TARGET_IN_USE: { exit: 1, params: ["target", "pid", "program"] },
  TARGET_FULL: { exit: 1, params: ["target", "reason"] },
  TARGET_FAILED: { exit: 1, params: ["target", "reason"] },
  TARGET_NO_SPACE: { exit: 1, params: ["target", "needed", "free"] },
  // source
  SOURCE_MISSING: { exit: 1, params: ["path"] },
  SOURCE_IN_USE: { exit: 1, params: ["path", "holder"] },
  SOURCE_CHANGED: { exit: 1, params: ["path"] },
  // a live SQLite file
  DATABASE_MISSING: { exit: 1, params: ["path"] },
  DATABASE_UNREADABLE: { exit: 1, params: ["path", "reason"] },
  DATABASE_CORRUPT: { exit: 1, params: ["path", "reason"] },
  DATABASE_ENCRYPTED: { exit: 1, params: ["path"] },
  DATABASE_EXCLUSIVE: { exit: 1, params: ["path", "holder"] },
  DATABASE_BUSY: { exit: 1, params: ["path", "seconds", "reason"] },
  DATABASE_CHANGED: { exit: 1, params: ["path", "file"] },
  DATABASE_HOLD_LOST: { exit: 1, params: ["path", "reason"] },
  DATABASE_HOLD_EXCEEDED: { exit: 1, params: ["path", "seconds"] },
  DATABASE_JOURNAL_SHARED: { exit: 1, params: ["path"] },
  FILESYSTEM_LOCKS_UNTRUSTED: { exit: 1, params: ["path", "filesystem"] },
  SCRATCH_FAILED: { exit: 1, params: ["path", "reason"] },
  SCRATCH_NO_SPACE: { exit: 1, params: ["path", "needed", "free"] },
  INTERRUPTED: { exit: 130, params: [] },
  INTERNAL: { exit: 1, params: ["reason"] },
} as const satisfies Record<string, CodeSpec>;

export type ErrorCode = keyof typeof errorCodes;
/** Distributes over a union of codes, so that an error of one code is an error of any. */
export type ErrorParams<Code extends ErrorCode> = Code extends ErrorCode
  ? { readonly [Name in (typeof errorCodes)[Code]["params"][number]]: string | number | Reason }
  : never;
