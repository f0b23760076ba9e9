/** What a file is and who uses it, at a glance: for people (`inspect`), and to find databases among unknown files. */
import type { BytePath } from "../../base/byte-path.ts";
import { isObhutError } from "../../base/errors.ts";
import type { FileUser } from "../processes.ts";
import { type DatabaseFiles, type FilesSeen, locateDatabase, seeFiles } from "./database-files.ts";
import { usersOfDatabase } from "./database-users.ts";
import { exclusiveLock } from "./exclusive-lock.ts";
import { readFileHeader } from "./file-header.ts";

export type DatabaseState =
  | "missing"
  | "empty"
  | "not-sqlite"
  | "encrypted"
  | "corrupt-header"
  | "wal-in-use"
  | "wal-quiet"
  /** A -wal that nobody has open, or nobody who can be seen. */
  | "wal-orphan"
  | "rollback-in-use"
  | "rollback-quiet"
  | "hot-journal"
  /** Somebody has it for himself alone, at this moment. */
  | "exclusive";

export interface DatabaseClass {
  readonly state: DatabaseState;
  /** Who was seen using it. */
  readonly users: readonly FileUser[];
  /** Whether no users seen means that there are none. */
  readonly certain: boolean;
}

/** Opens no database and takes no lock. Errors: DATABASE_UNREADABLE. */
export async function classifyDatabase(path: BytePath): Promise<DatabaseClass> {
  const nobody = { users: [], certain: true };
  let files: DatabaseFiles;
  let seen: FilesSeen;
  try {
    files = await locateDatabase(path);
    seen = await seeFiles(files);
  } catch (error) {
    if (isObhutError(error, "DATABASE_MISSING")) return { state: "missing", ...nobody };
    throw error;
  }
  const reading = readFileHeader(seen.sample, seen.database.sizeBytes);
  if (reading.kind === "corrupt") return { state: "corrupt-header", ...nobody };
  if (reading.kind !== "sqlite") return { state: reading.kind, ...nobody };
  const { users, complete } = await usersOfDatabase(files);
  const state = await stateOf(seen, reading.header.walMode, users.length > 0);
  return { state, users, certain: complete || users.length > 0 };
}

async function stateOf(seen: FilesSeen, walMode: boolean, inUse: boolean): Promise<DatabaseState> {
  if (inUse && (await exclusiveLock(seen.database.inode)) !== undefined) return "exclusive";
  if (seen.wal !== undefined && (seen.wal.sizeBytes > 0 || inUse)) return inUse ? "wal-in-use" : "wal-orphan";
  if (seen.journalLooksHot && !inUse) return "hot-journal";
  if (walMode) return inUse ? "wal-in-use" : "wal-quiet";
  return inUse ? "rollback-in-use" : "rollback-quiet";
}
