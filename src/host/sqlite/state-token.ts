/**
 * A name for a database's state that is had without any lock, so that an unchanged database costs nothing. Two equal names
 * mean equal content; unequal ones mean nothing.
 */
import { createHash } from "node:crypto";
import type { BytePath } from "../../base/byte-path.ts";
import type { Clock } from "../../base/clock.ts";
import { limits } from "../../base/limits.ts";
import {
  type DatabaseFiles,
  type FileFacts,
  type FilesSeen,
  headOf,
  locateDatabase,
  seeFiles,
} from "./database-files.ts";
import { parseWalIndex, type WalIndex, walIndexBytes } from "./wal-index.ts";

/**
 * The state of the database at `path` now: opens its files for reading, takes no lock, waits for nobody. It equals
 * `CapturedDatabase.state` of an earlier capture only while the content is still the same. Errors: DATABASE_MISSING,
 * DATABASE_UNREADABLE.
 */
export async function cheapState(path: BytePath, clock: Clock): Promise<string> {
  const files = await locateDatabase(path);
  const seen = await seeFiles(files);
  return stateToken(seen, seen.wal && (await readWalIndex(files)), clock);
}

/** The header of the -shm; undefined where there is none or it is being written at this moment. */
export async function readWalIndex(files: DatabaseFiles): Promise<WalIndex | undefined> {
  const bytes = await headOf(files.shm, walIndexBytes).catch(() => undefined);
  return bytes && parseWalIndex(bytes);
}

/** `index`: the header that names the state where the -wal has frames. A commit there leaves the database's times untouched. */
export function stateToken(seen: FilesSeen, index: WalIndex | undefined, clock: Clock): string {
  const { database, wal } = seen;
  const facts: readonly (FileFacts | undefined)[] = [database, wal, seen.journal];
  const parts = facts.flatMap((file) => [file?.inode ?? "", file?.sizeBytes ?? "", file?.mtimeNs ?? ""]);
  parts.push(database.deviceId, database.ctimeNs, seen.walHeader ?? "");
  // The files' own facts guard against a -shm that a crash of the machine left behind, and a database copied over.
  if (index !== undefined && index.lastFrame > 0) return named("wal", [...parts, index.identity]);
  const recent = facts.some((file) => file !== undefined && isRecent(file, clock));
  // Times this fresh do not show whether more was written within the same tick: a name that never comes again.
  const once = recent ? `${clock.nowMs()}-${clock.monotonicMs()}` : "";
  const change = seen.sample.toString("hex", 24, 28);
  return named("file", [...parts, change, once]);
}

function isRecent(file: FileFacts, clock: Clock): boolean {
  return clock.nowMs() - Number(file.mtimeNs / 1_000_000n) < limits.timesSettledMs;
}

function named(kind: string, parts: readonly (bigint | number | string)[]): string {
  return `${kind}:${createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 32)}`;
}
