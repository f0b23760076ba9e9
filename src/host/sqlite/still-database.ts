/**
 * A database that nobody has open, or whose users cannot be joined: its files as they lie there. Nothing is opened with
 * SQLite, which would leave a -wal and a -shm behind; instead it is proved that nothing changed while they were read.
 */
import { type BytePath, displayPath } from "../../base/byte-path.ts";
import { ObhutError } from "../../base/errors.ts";
import { type Reason, reason } from "../../base/reason-codes.ts";
import {
  type Attempt,
  type CaptureContext,
  requireUnchanged,
  ScratchFolder,
  startHolder,
  unsettled,
} from "./capture-context.ts";
import { CapturedDatabase, type CaptureKind } from "./captured-database.ts";
import { copyContent } from "./copy-content.ts";
import type { DatabaseContent } from "./database-content.ts";
import { type FilesSeen, firstDifference, openSource, seeFiles, timesOf, timesSettled } from "./database-files.ts";
import type { FileHeader } from "./file-header.ts";
import { withoutHoles } from "./fill-holes.ts";
import type { HoldProcess } from "./hold-process.ts";
import { readWalIndex, stateToken } from "./state-token.ts";
import { parseWalHeader, type WalHeader, walVersion } from "./wal-format.ts";
import { replayWal } from "./wal-overlay.ts";

interface Still {
  readonly how: CaptureKind;
  readonly beside?: readonly BytePath[];
  readonly content: DatabaseContent;
  readonly pageBytes: number;
  readonly pages: number;
  readonly sizeBytes: number;
}

/**
 * The database of these files by themselves. `header` is undefined for an encrypted file, of which only the -wal tells the page
 * size. Errors: DATABASE_CORRUPT, DATABASE_UNREADABLE.
 */
export async function stillDatabase(context: CaptureContext, header: FileHeader | undefined): Promise<Attempt> {
  const { files, clock, signal } = context;
  const seen = await seeFiles(files);
  await timesSettled(timesOf(seen), clock, signal);
  const still = await readStill(context, seen, header);
  if (firstDifference(files, seen, await seeFiles(files)) !== undefined) return unsettled;
  const state = stateToken(seen, seen.wal && (await readWalIndex(files)), clock);
  await using cleanup = new AsyncDisposableStack();
  const extent = { ...still, fileBytes: seen.database.sizeBytes };
  const content =
    still.how === "wal-replay" ? await withoutHoles(context, still.content, extent, cleanup) : still.content;
  const owned = cleanup.move();
  const captured = new CapturedDatabase({
    ...still,
    content,
    path: files.database,
    state,
    clock,
    encrypted: header === undefined,
    reader: async () => {
      const path = await plainFile(context, content, owned);
      await requireUnchanged(files, seen);
      return await openStill(context, path);
    },
    confirm: () => requireUnchanged(files, seen),
    end: () => owned.disposeAsync(),
  });
  return { kind: "captured", captured };
}

/** The content as one file, for SQLite to open: itself, or a private copy that `cleanup` removes. */
async function plainFile(
  { scratchDir, signal }: CaptureContext,
  content: DatabaseContent,
  cleanup: AsyncDisposableStack,
): Promise<BytePath> {
  if (content.kind === "file") return content.path;
  const path = cleanup.use(await ScratchFolder.create(scratchDir)).file("database");
  await copyContent(content, path, { mayGoOn: () => signal?.throwIfAborted() });
  return path;
}

/** A holder process that has the file open, for queries. Nobody may change it. */
export async function openStill(context: CaptureContext, path: BytePath): Promise<HoldProcess> {
  const holder = startHolder(context);
  try {
    await holder.ask({ op: "open-still", path });
    return holder;
  } catch (error) {
    await holder[Symbol.asyncDispose]();
    throw error;
  }
}

async function readStill(context: CaptureContext, seen: FilesSeen, header: FileHeader | undefined): Promise<Still> {
  if (header === undefined && seen.journalLooksHot) return withJournal(context, seen);
  return seen.wal === undefined ? plain(context, seen, header) : await withWal(context, seen, header);
}

/** Of an encrypted file: what is in the pages of its -journal only the app knows, and rolls back when it opens both. */
function withJournal(context: CaptureContext, seen: FilesSeen): Still {
  const { journal, wal } = context.files;
  const beside = seen.wal === undefined ? [journal] : [journal, wal];
  return { ...plain(context, seen, undefined), how: "journal-kept", beside };
}

function plain({ files }: CaptureContext, seen: FilesSeen, header: FileHeader | undefined): Still {
  const { sizeBytes } = seen.database;
  const pageBytes = header?.pageBytes ?? 0;
  const pages = header?.pages ?? 0;
  if (pages * pageBytes > sizeBytes) throw corrupt(files.database, reason("databaseTruncated", { pages, sizeBytes }));
  return {
    how: "quiet",
    content: { kind: "file", path: files.database },
    pageBytes,
    pages: pageBytes === 0 ? 0 : Math.floor(sizeBytes / pageBytes),
    sizeBytes,
  };
}

async function withWal(context: CaptureContext, seen: FilesSeen, header: FileHeader | undefined): Promise<Still> {
  const { files } = context;
  const walHeader = parseWalHeader(Buffer.from(seen.walHeader ?? "", "hex"));
  if (walHeader === undefined) return plain(context, seen, header);
  requireKnown(context, walHeader, header);
  await using wal = await openSource(files.wal);
  const { lastFrame, pages, offsets } = await replayWal(wal, walHeader);
  if (lastFrame === 0) return plain(context, seen, header);
  const { pageBytes } = walHeader;
  const content = { kind: "patched", base: files.database, patch: files.wal, blockBytes: pageBytes, offsets } as const;
  return { how: "wal-replay", content, pageBytes, pages, sizeBytes: pages * pageBytes };
}

function requireKnown({ files }: CaptureContext, wal: WalHeader, header: FileHeader | undefined): void {
  if (wal.version !== walVersion) throw corrupt(files.database, reason("databaseWalVersion", { version: wal.version }));
  if (header !== undefined && header.pageBytes !== wal.pageBytes) {
    throw corrupt(files.database, reason("databasePageSizes", { file: header.pageBytes, wal: wal.pageBytes }));
  }
}

function corrupt(path: CaptureContext["files"]["database"], why: Reason): ObhutError {
  return new ObhutError("DATABASE_CORRUPT", { path: displayPath(path), reason: why });
}
