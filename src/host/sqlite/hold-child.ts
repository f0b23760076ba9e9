/**
 * The holder process: one connection, its locks, and nothing else. On POSIX, closing any descriptor of a file drops the
 * locks that the whole process holds on it; so whatever opens and closes files must be another process, and what this one
 * opens beside SQLite (the -shm, to read its header) it never closes. It ends when its parent does.
 */
import { fstatSync, openSync, readSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { bytesOf } from "../../base/byte-path.ts";
import { systemCode } from "../../base/errors.ts";
import type { DatabaseFiles } from "./database-files.ts";
import { openSourceDatabase, openStillDatabase, repairDatabase, rowsOf, touch } from "./hold-connection.ts";
import {
  type HoldFailure,
  type HoldReplies,
  type HoldReply,
  type HoldRequest,
  type PinOutcome,
  primaryCode,
  sqlite,
} from "./hold-protocol.ts";
import { becomeLeastIdentity } from "./least-identity.ts";
import { parseWalIndex, walIndexBytes } from "./wal-index.ts";

let connection: DatabaseSync | undefined;
let indexFd: number | undefined;
let capTimer: NodeJS.Timeout | undefined;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

function pinWal(files: DatabaseFiles, waitMs: number): PinOutcome {
  const shm = bytesOf(files.shm);
  if (connection === undefined) {
    becomeLeastIdentity(
      [files.database, files.shm, files.wal].map(bytesOf).filter((path) => inodeAt(path) !== undefined),
    );
    indexFd = openIndex(shm);
    connection = openSourceDatabase(files.database);
  }
  const source = connection;
  const until = performance.now() + waitMs;
  for (;;) {
    // Only while the -wal is there: SQLite would make one.
    if (inodeAt(bytesOf(files.wal)) === undefined) return { kind: "unsettled" };
    const before = indexFd === undefined ? undefined : readIndex(indexFd);
    const failed = begin(source);
    if (failed === undefined && indexFd !== undefined && before !== undefined) {
      const index = readIndex(indexFd);
      const { ino } = fstatSync(indexFd, { bigint: true });
      // Both copies of the header, before and after: then this is the very frame the transaction sees.
      const settled = parseWalIndex(index) !== undefined && index.subarray(0, 96).equals(before.subarray(0, 96));
      if (settled && inodeAt(shm) === ino) return { kind: "pinned", index };
      end(source);
      if (inodeAt(shm) !== ino) return { kind: "unsettled" };
    } else if (failed === undefined) {
      end(source);
      return { kind: "unsettled" };
    } else if (failed.kind !== "unsettled") {
      return failed;
    }
    if (performance.now() > until) return { kind: "unsettled" };
    if (failed !== undefined) Atomics.wait(sleeper, 0, 0, 1);
  }
}

function pinRollback(files: DatabaseFiles, waitMs: number, capMs: number): PinOutcome {
  if (connection === undefined) {
    becomeLeastIdentity([bytesOf(files.database)]);
    connection = openSourceDatabase(files.database);
  }
  const source = connection;
  const until = performance.now() + waitMs;
  for (let tries = 1; ; tries++) {
    const failed = begin(source);
    if (failed === undefined) break;
    if (failed.kind !== "locked" || performance.now() > until) return failed;
    // SQLite's own patience sleeps up to 0.1 s, and then misses the gaps that a busy writer leaves.
    Atomics.wait(sleeper, 0, 0, (tries % 5) + 0.5);
  }
  // The cap is kept here, where no amount of work in the parent can delay it.
  clearTimeout(capTimer);
  capTimer = setTimeout(() => end(source), capMs);
  return { kind: "pinned" };
}

/** Begins a read transaction, ending one that is under way, and reads. Undefined when it is held. */
function begin(source: DatabaseSync): PinOutcome | undefined {
  try {
    end(source);
    source.exec("BEGIN");
    touch(source);
    return undefined;
  } catch (error) {
    end(source);
    const code = sqliteCodeOf(error) ?? 0;
    if (code === sqlite.readonlyRollback) return { kind: "hot-journal" };
    if (primaryCode(code) === sqlite.busy) return { kind: "locked" };
    if (primaryCode(code) === sqlite.cannotOpen) return { kind: "no-index" };
    if (primaryCode(code) === sqlite.readonly || primaryCode(code) === sqlite.protocol) return { kind: "unsettled" };
    throw error;
  }
}

function end(source: DatabaseSync): void {
  if (source.isTransaction) source.exec("ROLLBACK");
}

function confirm(): boolean {
  if (connection?.isTransaction !== true) return false;
  touch(connection);
  return true;
}

function openIndex(shm: Buffer): number | undefined {
  try {
    return openSync(shm, "r");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "EACCES") return undefined;
    throw error;
  }
}

function readIndex(fd: number): Buffer {
  const bytes = Buffer.alloc(walIndexBytes);
  readSync(fd, bytes, 0, walIndexBytes, 0);
  return bytes;
}

/** The inode of what lies there now. Looks without opening. */
function inodeAt(path: Buffer): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

function answer(request: HoldRequest): HoldReplies[keyof HoldReplies] {
  switch (request.op) {
    case "pin-wal":
      return pinWal(request.files, request.waitMs);
    case "pin-rollback":
      return pinRollback(request.files, request.waitMs, request.capMs);
    case "open-still":
      connection ??= openStillDatabase(request.path);
      return true;
    case "repair":
      repairDatabase(request.path);
      return true;
    case "query":
      if (connection === undefined) throw new Error("nothing is open");
      return rowsOf(connection, request.sql, request.params);
    case "confirm":
      return confirm();
  }
}

function sqliteCodeOf(error: unknown): number | undefined {
  const code = error instanceof Error ? (error as { errcode?: unknown }).errcode : undefined;
  return typeof code === "number" ? code : undefined;
}

function failureOf(error: unknown): HoldFailure {
  const sqliteCode = sqliteCodeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return { message, ...(sqliteCode === undefined ? {} : { sqliteCode }) };
}

process.on("message", ({ id, request }: { id: number; request: HoldRequest }) => {
  let reply: HoldReply;
  try {
    reply = { id, value: answer(request) };
  } catch (error) {
    reply = { id, failed: failureOf(error) };
  }
  process.send?.(reply);
});
// Ctrl-C reaches the whole group; whether the hold ends then is for the parent to say.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.on("disconnect", () => process.exit());
