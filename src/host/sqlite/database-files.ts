/** The files that make up one SQLite database, what the system says of each, and whether that stayed the same. */
import { constants } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { type BytePath, bytePathOf, bytesOf, displayPath } from "../../base/byte-path.ts";
import type { Clock } from "../../base/clock.ts";
import { ObhutError, reasonOf, systemCode } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { headerSampleBytes } from "./file-header.ts";
import { walHeaderBytes } from "./wal-format.ts";

export interface DatabaseFiles {
  readonly database: BytePath;
  readonly wal: BytePath;
  readonly shm: BytePath;
  readonly journal: BytePath;
}

export interface FileFacts {
  readonly deviceId: bigint;
  readonly inode: bigint;
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** Everything about the files that a change of the database's content would change as well. */
export interface FilesSeen {
  readonly database: FileFacts;
  /** The first bytes of the database file. */
  readonly sample: Buffer;
  readonly wal?: FileFacts;
  /** The first 32 bytes of the -wal in hex, as many as there are. */
  readonly walHeader?: string;
  readonly journal?: FileFacts;
  /** The -journal would be rolled back by the next one to open the database, unless its writer still lives. */
  readonly journalLooksHot: boolean;
}

/**
 * The files of the database at the absolute `path`. Like SQLite, which follows symlinks first: the -wal lies beside what
 * they lead to. Errors: DATABASE_MISSING, DATABASE_UNREADABLE.
 */
export async function locateDatabase(path: BytePath): Promise<DatabaseFiles> {
  // The holder process works in another folder.
  if (!path.startsWith("/")) throw new Error(`not an absolute path: ${displayPath(path)}`);
  try {
    return databaseFiles(bytePathOf(await realpath(bytesOf(path), { encoding: "buffer" })));
  } catch (error) {
    const shown = displayPath(path);
    if (isAbsent(error)) throw new ObhutError("DATABASE_MISSING", { path: shown }, { cause: error });
    throw new ObhutError("DATABASE_UNREADABLE", { path: shown, reason: reasonOf(error) }, { cause: error });
  }
}

/** The same for a path without symlinks. */
export function databaseFiles(database: BytePath): DatabaseFiles {
  const beside = (suffix: string): BytePath => `${database}${suffix}` as BytePath;
  return { database, wal: beside("-wal"), shm: beside("-shm"), journal: beside("-journal") };
}

/** Opens a file of the source for reading, without touching its access time where that is permitted. */
export async function openSource(path: BytePath): Promise<FileHandle> {
  try {
    return await open(bytesOf(path), constants.O_RDONLY | constants.O_NOATIME);
  } catch (error) {
    if (systemCode(error) !== "EPERM") throw error;
    return await open(bytesOf(path), constants.O_RDONLY);
  }
}

export async function factsOf(path: BytePath): Promise<FileFacts | undefined> {
  try {
    const found = await stat(bytesOf(path), { bigint: true });
    return {
      deviceId: found.dev,
      inode: found.ino,
      sizeBytes: Number(found.size),
      mtimeNs: found.mtimeNs,
      ctimeNs: found.ctimeNs,
    };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR";
}

/** The first `length` bytes, fewer where the file is shorter; undefined where there is no such file. */
export async function headOf(path: BytePath, length: number): Promise<Buffer | undefined> {
  try {
    await using file = await openSource(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Looks at the files. Errors: DATABASE_MISSING, DATABASE_UNREADABLE. */
export async function seeFiles(files: DatabaseFiles): Promise<FilesSeen> {
  const path = displayPath(files.database);
  try {
    const [database, sample] = [await factsOf(files.database), await headOf(files.database, headerSampleBytes)];
    if (database === undefined || sample === undefined) throw new ObhutError("DATABASE_MISSING", { path });
    const wal = await factsOf(files.wal);
    const walHeader = wal && (await headOf(files.wal, walHeaderBytes));
    const journal = await factsOf(files.journal);
    const journalHead = journal && (await headOf(files.journal, 1));
    return {
      database,
      sample,
      ...(wal && walHeader ? { wal, walHeader: walHeader.toString("hex") } : {}),
      ...(journal ? { journal } : {}),
      // A journal that was ended by DELETE is gone, by TRUNCATE is empty, by PERSIST begins with zeros.
      journalLooksHot: (journalHead?.[0] ?? 0) !== 0,
    };
  } catch (error) {
    if (error instanceof ObhutError) throw error;
    throw new ObhutError("DATABASE_UNREADABLE", { path, reason: reasonOf(error) }, { cause: error });
  }
}

/** The file that is not what it was, or undefined where all of it is as before. */
export function firstDifference(files: DatabaseFiles, before: FilesSeen, after: FilesSeen): BytePath | undefined {
  const same = (one?: FileFacts, other?: FileFacts): boolean =>
    one?.inode === other?.inode && one?.sizeBytes === other?.sizeBytes && one?.mtimeNs === other?.mtimeNs;
  const { database } = before;
  if (!same(database, after.database) || database.ctimeNs !== after.database.ctimeNs) return files.database;
  if (!before.sample.equals(after.sample)) return files.database;
  // Not their change times: SQLite, run by root, sets the owner of a -wal again whenever it opens one.
  if (before.wal && (!same(before.wal, after.wal) || before.walHeader !== after.walHeader)) return files.wal;
  if (before.journalLooksHot && !same(before.journal, after.journal)) return files.journal;
  return undefined;
}

/**
 * Waits until a write from now on must leave a later time on each file than it has: the system's clock for files ticks every
 * few milliseconds, on FAT every two seconds.
 */
export async function timesSettled(times: readonly bigint[], clock: Clock, signal?: AbortSignal): Promise<void> {
  const newestMs = Math.max(...times.map((time) => Number(time / 1_000_000n)));
  const coarse = times.every((time) => time % 1_000_000_000n === 0n);
  const ageMs = clock.nowMs() - newestMs;
  const enoughMs = coarse ? limits.timesSettledMs : finestTickMs;
  if (ageMs >= 0 && ageMs < enoughMs) await clock.sleep(enoughMs - ageMs, signal);
}

/** When each of the files was last written, in nanoseconds; for `timesSettled`. */
export function timesOf({ database, wal, journal }: FilesSeen): bigint[] {
  return [database.mtimeNs, wal?.mtimeNs ?? 0n, journal?.mtimeNs ?? 0n];
}

/** Ten times the coarsest tick that Linux is built with (CONFIG_HZ=100). */
const finestTickMs = 100;
