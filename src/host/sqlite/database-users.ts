/** Who uses a database: what a live capture need not join, and what a cold one refuses. */
import { displayPath } from "../../base/byte-path.ts";
import { ObhutError } from "../../base/errors.ts";
import { type Reason, reason } from "../../base/reason-codes.ts";
import { type FileUsers, usersOfFiles } from "../processes.ts";
import type { CaptureContext } from "./capture-context.ts";
import { type DatabaseFiles, factsOf, seeFiles } from "./database-files.ts";
import { readFileHeader } from "./file-header.ts";
import { holdRollback } from "./hold-rollback.ts";
import { joinWal } from "./join-wal.ts";

/** Who has one of its files open, or holds a lock there. */
export async function usersOfDatabase({ database, wal, shm, journal }: DatabaseFiles): Promise<FileUsers> {
  const facts = await Promise.all([database, wal, shm, journal].map(factsOf));
  return await usersOfFiles(facts.filter((file) => file !== undefined));
}

/**
 * Rejects with SOURCE_IN_USE where somebody has the database open. Processes of other containers and of other users are not seen from
 * everywhere: there their locks tell, where locks can be relied on and the file is not encrypted.
 */
export async function requireUnused(context: CaptureContext, locksTrusted: boolean): Promise<void> {
  const { files } = context;
  const { users, complete } = await usersOfDatabase(files);
  const [user] = users;
  const inUse = (holder: string | Reason) =>
    new ObhutError("SOURCE_IN_USE", { path: displayPath(files.database), holder });
  if (user !== undefined) throw inUse(`pid ${user.pid} ${user.name}`.trim());
  if (!complete && locksTrusted && (await isLocked(context))) throw inUse(reason("holderUnseen", {}));
}

async function isLocked(context: CaptureContext): Promise<boolean> {
  const seen = await seeFiles(context.files);
  const reading = readFileHeader(seen.sample, seen.database.sizeBytes);
  // A read-only open of a database in WAL mode would leave a -shm and a -wal where there are none.
  if (reading.kind !== "sqlite" || (reading.header.walMode && seen.wal === undefined)) return false;
  const attempt = seen.wal === undefined ? await holdRollback(context) : await joinWal(context);
  if (attempt.kind === "captured") await attempt.captured[Symbol.asyncDispose]();
  // A reader of our own is let in beside another one in rollback mode; in WAL mode only beside one that is there.
  return attempt.kind === "locked" || (attempt.kind === "captured" && seen.wal !== undefined);
}
