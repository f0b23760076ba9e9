/**
 * Which way a database is captured: design.md, section 4, "state of an SQLite file". In each of them nothing in the source
 * folder is created, changed or removed.
 */
import { type BytePath, displayPath } from "../../base/byte-path.ts";
import type { Clock } from "../../base/clock.ts";
import { ObhutError, systemCode } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { type Reason, reason } from "../../base/reason-codes.ts";
import { type LockTrust, lockTrust } from "../file-systems.ts";
import { processName } from "../processes.ts";
import { type Attempt, type CaptureContext, unsettled } from "./capture-context.ts";
import type { CapturedDatabase } from "./captured-database.ts";
import {
  type DatabaseFiles,
  type FilesSeen,
  factsOf,
  firstDifference,
  locateDatabase,
  seeFiles,
} from "./database-files.ts";
import { requireUnused, usersOfDatabase } from "./database-users.ts";
import { exclusiveLock } from "./exclusive-lock.ts";
import { type FileHeader, readFileHeader } from "./file-header.ts";
import { holdRollback } from "./hold-rollback.ts";
import { joinWal } from "./join-wal.ts";
import { rollBackCopy } from "./roll-back-copy.ts";
import { stillDatabase } from "./still-database.ts";

export interface CaptureOptions {
  /** An existing folder for private copies, not inside the source. */
  readonly scratchDir: BytePath;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /**
   * `live` (default): somebody may be using it. `cold`: the caller has stopped whoever did; the files are read as they lie
   * there, on any file system, encrypted or not. Whoever is seen to use them all the same is an error.
   */
  readonly mode?: "live" | "cold";
  /** Go on where file locks cannot be relied on. */
  readonly force?: boolean;
  /** How to judge the file system; default `lockTrust`. */
  readonly judgeLocks?: (path: BytePath) => Promise<LockTrust>;
  /** How long to try; default `limits.databaseWaitMs`. */
  readonly waitMs?: number;
  /** How long writers of a database in rollback mode may be kept waiting; default `limits.rollbackHoldMs`. */
  readonly holdMs?: number;
}

const firstBackOffMs = 20;
const longestBackOffMs = 300;

/**
 * Captures the database at the absolute `path` and keeps hold of it: in rollback mode writers wait until it is released, at most
 * `holdMs`. Errors: DATABASE_MISSING, DATABASE_UNREADABLE, DATABASE_CORRUPT, DATABASE_ENCRYPTED, DATABASE_EXCLUSIVE,
 * DATABASE_BUSY, DATABASE_HOLD_LOST, DATABASE_JOURNAL_SHARED, FILESYSTEM_LOCKS_UNTRUSTED, SCRATCH_NO_SPACE; cold SOURCE_IN_USE.
 */
export async function holdDatabase(path: BytePath, options: CaptureOptions): Promise<CapturedDatabase> {
  const { clock, signal, waitMs = limits.databaseWaitMs, holdMs = limits.rollbackHoldMs } = options;
  const files = await locateDatabase(path);
  const context: CaptureContext = {
    files,
    scratchDir: options.scratchDir,
    clock,
    holdMs,
    ...(signal === undefined ? {} : { signal }),
  };
  const cold = options.mode === "cold";
  await seeFiles(files);
  const judge = options.judgeLocks ?? lockTrust;
  if (!cold && options.force !== true) await requireTrustedLocks(path, judge);
  if (cold) await requireUnused(context, (await judge(path)).trusted);
  const until = clock.monotonicMs() + waitMs;
  for (let backOffMs = firstBackOffMs; ; backOffMs = Math.min(backOffMs * 2, longestBackOffMs)) {
    signal?.throwIfAborted();
    const attempt = await tryOnce(context, cold);
    if (attempt.kind === "captured") return attempt.captured;
    if (clock.monotonicMs() + backOffMs > until) throw await givenUp(files, attempt, waitMs);
    await clock.sleep(backOffMs, signal);
  }
}

async function tryOnce(context: CaptureContext, cold: boolean): Promise<Attempt> {
  const seen = await seeFiles(context.files);
  try {
    return await tryAsSeen(context, seen, cold);
  } catch (error) {
    // The app that stopped just now took its -wal or -journal away.
    if (systemCode(error) !== "ENOENT") throw error;
    if (firstDifference(context.files, seen, await seeFiles(context.files)) === undefined) throw error;
    return unsettled;
  }
}

async function tryAsSeen(context: CaptureContext, seen: FilesSeen, cold: boolean): Promise<Attempt> {
  const header = requireHeader(context.files, seen, cold);
  if (header === undefined) return await stillDatabase(context, undefined);
  const nobody = cold || (await isUnused(context.files));
  const live = nobody || (header.walMode && seen.wal === undefined) ? alone : await join(context, seen);
  if (live.kind === "hot-journal") return await rollBackCopy(context);
  if (live.kind !== "alone") return live;
  return seen.journalLooksHot ? await rollBackCopy(context) : await stillDatabase(context, header);
}

const alone: Attempt = { kind: "alone" };

async function join(context: CaptureContext, seen: FilesSeen): Promise<Attempt> {
  // Like SQLite: where a -wal is, it counts, whatever the header says.
  return seen.wal === undefined ? await holdRollback(context) : await joinWal(context);
}

/** Undefined for an encrypted file, which can be taken only cold. */
function requireHeader(files: DatabaseFiles, seen: FilesSeen, cold: boolean): FileHeader | undefined {
  const path = displayPath(files.database);
  const reading = readFileHeader(seen.sample, seen.database.sizeBytes);
  switch (reading.kind) {
    case "sqlite":
      return reading.header;
    case "encrypted":
      if (cold) return undefined;
      throw new ObhutError("DATABASE_ENCRYPTED", { path });
    case "empty":
      throw new ObhutError("DATABASE_CORRUPT", { path, reason: reason("databaseEmpty", {}) });
    case "not-sqlite":
      throw new ObhutError("DATABASE_CORRUPT", { path, reason: reason("databaseNotSqlite", {}) });
    case "corrupt":
      throw new ObhutError("DATABASE_CORRUPT", { path, reason: reading.reason });
  }
}

/** Certain only where every process can be seen; else the locks themselves have to tell. */
async function isUnused(files: DatabaseFiles): Promise<boolean> {
  const { users, complete } = await usersOfDatabase(files);
  return complete && users.length === 0;
}

async function requireTrustedLocks(path: BytePath, judge: (path: BytePath) => Promise<LockTrust>): Promise<void> {
  const { trusted, filesystem } = await judge(path);
  if (!trusted) throw new ObhutError("FILESYSTEM_LOCKS_UNTRUSTED", { path: displayPath(path), filesystem });
}

async function givenUp(files: DatabaseFiles, attempt: Attempt, waitMs: number): Promise<ObhutError> {
  const path = displayPath(files.database);
  const busy = (why: Reason): ObhutError =>
    new ObhutError("DATABASE_BUSY", { path, seconds: waitMs / 1000, reason: why });
  if (attempt.kind === "retry") return busy(attempt.reason);
  const locker = await exclusiveLock((await factsOf(files.database))?.inode);
  if (locker === undefined && (await factsOf(files.wal)) === undefined) return busy(reason("databaseLocked", {}));
  const holder = locker === undefined ? "?" : `pid ${locker.pid} ${await processName(locker.pid)}`.trim();
  return new ObhutError("DATABASE_EXCLUSIVE", { path, holder });
}
