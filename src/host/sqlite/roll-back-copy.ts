/**
 * A hot -journal that nobody is going to roll back: both files are copied, and SQLite rolls the copy back. The source
 * stays as the crash left it.
 */
import { stat } from "node:fs/promises";
import { type BytePath, bytesOf, displayPath } from "../../base/byte-path.ts";
import { ObhutError } from "../../base/errors.ts";
import {
  type Attempt,
  type CaptureContext,
  readableFailure,
  ScratchFolder,
  startHolder,
  unsettled,
} from "./capture-context.ts";
import { CapturedDatabase } from "./captured-database.ts";
import { copyContent } from "./copy-content.ts";
import {
  databaseFiles,
  type FilesSeen,
  firstDifference,
  headOf,
  openSource,
  seeFiles,
  timesOf,
  timesSettled,
} from "./database-files.ts";
import { headerSampleBytes, readFileHeader } from "./file-header.ts";
import { stateToken } from "./state-token.ts";
import { openStill } from "./still-database.ts";

/** Ends a -journal that is one of several of a transaction (sqlite.org/atomiccommit.html, section 5). */
const sharedJournalMark = Buffer.from("d9d505f920a163d7", "hex");

/** Errors: DATABASE_CORRUPT, DATABASE_UNREADABLE, DATABASE_JOURNAL_SHARED, SCRATCH_NO_SPACE. */
export async function rollBackCopy(context: CaptureContext): Promise<Attempt> {
  const { files, clock, signal } = context;
  const seen = await seeFiles(files);
  // Rolled back by somebody in the meantime: look again.
  if (!seen.journalLooksHot) return unsettled;
  await timesSettled(timesOf(seen), clock, signal);
  await requireOwnJournal(files.journal, displayPath(files.database));
  await using cleanup = new AsyncDisposableStack();
  const scratch = cleanup.use(await ScratchFolder.create(context.scratchDir));
  const path = scratch.file("database");
  await copyAll(context, seen, path);
  if (firstDifference(files, seen, await seeFiles(files)) !== undefined) return unsettled;
  await repaired(context, path);
  const sample = (await headOf(path, headerSampleBytes)) ?? Buffer.alloc(0);
  const { size } = await stat(bytesOf(path));
  const reading = readFileHeader(sample, size);
  if (reading.kind !== "sqlite") throw emptied(displayPath(files.database));
  const owned = cleanup.move();
  const { pageBytes } = reading.header;
  const captured = new CapturedDatabase({
    path: files.database,
    how: "journal-rollback",
    content: { kind: "file", path },
    pageBytes,
    pages: Math.floor(size / pageBytes),
    sizeBytes: size,
    state: stateToken(seen, undefined, clock),
    clock,
    reader: () => openStill(context, path),
    confirm: async () => undefined,
    end: () => owned.disposeAsync(),
  });
  return { kind: "captured", captured };
}

async function copyAll({ files, signal }: CaptureContext, seen: FilesSeen, path: BytePath): Promise<void> {
  const to = databaseFiles(path);
  const options = { mayGoOn: () => signal?.throwIfAborted() };
  await copyContent({ kind: "file", path: files.database }, to.database, options);
  await copyContent({ kind: "file", path: files.journal }, to.journal, options);
  if (seen.wal) await copyContent({ kind: "file", path: files.wal }, to.wal, options);
}

async function repaired(context: CaptureContext, path: BytePath): Promise<void> {
  await using holder = startHolder(context);
  await holder.ask({ op: "repair", path }).catch((error: unknown) => {
    throw readableFailure(error, context.files);
  });
}

async function requireOwnJournal(journal: BytePath, path: string): Promise<void> {
  await using file = await openSource(journal);
  const { size } = await file.stat();
  const at = Math.max(0, size - sharedJournalMark.length);
  const { buffer } = await file.read(Buffer.alloc(sharedJournalMark.length), 0, sharedJournalMark.length, at);
  if (buffer.equals(sharedJournalMark)) throw new ObhutError("DATABASE_JOURNAL_SHARED", { path });
}

/** The crashed transaction was the very first: before it there was no database. */
function emptied(path: string): ObhutError {
  return new ObhutError("DATABASE_MISSING", { path });
}
