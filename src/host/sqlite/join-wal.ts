/**
 * WAL mode, in use: join the app as one more reader. The read transaction pins a frame; no checkpoint passes it, and the
 * WAL does not start over. Writers never wait.
 */
import type { FileHandle } from "node:fs/promises";
import { displayPath } from "../../base/byte-path.ts";
import { ObhutError } from "../../base/errors.ts";
import { type Reason, reason } from "../../base/reason-codes.ts";
import { heldLocks } from "../processes.ts";
import { type Attempt, type CaptureContext, readableFailure, startHolder, unsettled } from "./capture-context.ts";
import { CapturedDatabase } from "./captured-database.ts";
import type { DatabaseContent } from "./database-content.ts";
import { type FilesSeen, factsOf, headOf, openSource, seeFiles } from "./database-files.ts";
import { readFileHeader } from "./file-header.ts";
import { withoutHoles } from "./fill-holes.ts";
import type { HoldProcess } from "./hold-process.ts";
import { stateToken } from "./state-token.ts";
import { parseWalHeader, walHeaderBytes } from "./wal-format.ts";
import { parseWalIndex, type WalIndex } from "./wal-index.ts";
import { overlayOfPinned } from "./wal-overlay.ts";

/** How long the holder tries, without a word in between, to begin between two commits. */
const pinWaitMs = 1_000;

/**
 * Lock bytes of the -shm (wal.c, WAL_READ_LOCK; os_unix.c, UNIX_SHM_DMS). Whoever holds the first read lock reads the database
 * file alone, and the -wal may start over behind its back; the others belong to the read marks.
 */
const fileOnlyLock = 123;
const lastReadLock = 127;
const livenessLock = 128;

interface Pin {
  readonly hold: HoldProcess;
  readonly index: WalIndex;
  readonly heldSinceMs: number;
}

/** Errors: DATABASE_CORRUPT, DATABASE_UNREADABLE, DATABASE_HOLD_LOST, SCRATCH_NO_SPACE. */
export async function joinWal(context: CaptureContext): Promise<Attempt> {
  const hold = startHolder(context);
  let kept = false;
  try {
    const heldSinceMs = context.clock.monotonicMs();
    const pin = await hold.ask({ op: "pin-wal", files: context.files, waitMs: pinWaitMs });
    if (pin.kind === "no-index") return { kind: "alone" };
    if (pin.kind === "unsettled") return unsettled;
    if (pin.kind !== "pinned") return pin;
    const header = pin.index && parseWalIndex(Buffer.from(pin.index));
    const index = header && (await withPageCount(context, header));
    if (index === undefined) return unsettled;
    // Without anybody else SQLite trusts no -shm and holds no lock that counts.
    const lock = await readLockOf(hold);
    if (lock === undefined) return { kind: "alone" };
    if (lock === fileOnlyLock && index.backfilled < index.lastFrame) return unsettled;
    const attempt = await captured(context, { hold, index, heldSinceMs });
    kept = attempt.kind === "captured";
    return attempt;
  } catch (error) {
    throw readableFailure(error, context.files);
  } finally {
    if (!kept) await hold[Symbol.asyncDispose]();
  }
}

/**
 * An app that was just started and has written nothing has counted no pages yet either. Then, as for SQLite, the file's size
 * tells; nobody can change it, because there is nothing in the -wal to write back.
 */
async function withPageCount({ files }: CaptureContext, index: WalIndex): Promise<WalIndex | undefined> {
  if (index.lastFrame > 0 && index.pages > 0) return index;
  const { sample, database } = await seeFiles(files);
  const reading = readFileHeader(sample, database.sizeBytes);
  if (reading.kind !== "sqlite" || index.lastFrame > 0) return undefined;
  const { pageBytes } = reading.header;
  return { ...index, pageBytes, pages: index.pages || Math.ceil(database.sizeBytes / pageBytes) };
}

/**
 * The read lock's byte; undefined where there is none, or where the system does not list locks: nothing proves ours then. Told
 * by the bytes, which no other file of the holder has locked; overlayfs lists other inodes than it shows.
 */
async function readLockOf(hold: HoldProcess): Promise<number | undefined> {
  const locks = (await heldLocks())?.filter((lock) => lock.pid === hold.pid) ?? [];
  const alive = locks.some((lock) => lock.from <= livenessLock && lock.to === livenessLock);
  const reading = locks.find((lock) => lock.from >= fileOnlyLock && lock.from <= lastReadLock);
  return alive ? reading?.from : undefined;
}

async function captured(context: CaptureContext, pin: Pin): Promise<Attempt> {
  const { files, clock } = context;
  const { hold, index, heldSinceMs } = pin;
  const seen = await seeFiles(files);
  const content = await contentOf(context, index);
  if (content === undefined) return unsettled;
  await using cleanup = new AsyncDisposableStack();
  const whole = await withoutHoles(context, content, { ...index, fileBytes: seen.database.sizeBytes }, cleanup);
  const owned = cleanup.move();
  const parts = { path: files.database, how: "live-wal", content: whole, clock, heldSinceMs } as const;
  return {
    kind: "captured",
    captured: new CapturedDatabase({
      ...parts,
      pageBytes: index.pageBytes,
      pages: index.pages,
      sizeBytes: index.pages * index.pageBytes,
      state: stateToken(seen, index, clock),
      reader: async () => hold,
      confirm: () => confirmPin(context, pin, seen, content.kind === "patched"),
      end: async () => {
        await hold[Symbol.asyncDispose]();
        await owned.disposeAsync();
      },
    }),
  };
}

/** Undefined where the -wal is not, or no longer, the one that the index speaks of. */
async function contentOf({ files }: CaptureContext, index: WalIndex): Promise<DatabaseContent | undefined> {
  // `backfilled` was read after the transaction began: all is in the file, and nothing newer gets there while it is held.
  if (index.backfilled >= index.lastFrame) {
    return { kind: "prefix", path: files.database, sizeBytes: index.pages * index.pageBytes };
  }
  await using wal = await openSource(files.wal);
  const header = parseWalHeader(await headerBytes(wal));
  if (header === undefined || header.salts !== index.salts || header.pageBytes !== index.pageBytes) return undefined;
  const offsets = await overlayOfPinned(wal, header, index);
  if (offsets === undefined) return undefined;
  return { kind: "patched", base: files.database, patch: files.wal, blockBytes: header.pageBytes, offsets };
}

async function headerBytes(wal: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await wal.read(Buffer.alloc(walHeaderBytes), 0, walHeaderBytes, 0);
  return buffer.subarray(0, bytesRead);
}

async function confirmPin({ files }: CaptureContext, pin: Pin, seen: FilesSeen, readsWal: boolean): Promise<void> {
  const lost = (why: Reason): ObhutError =>
    new ObhutError("DATABASE_HOLD_LOST", { path: displayPath(files.database), reason: why });
  if (!(await pin.hold.ask({ op: "confirm" }))) throw lost(reason("holderLockGone", {}));
  if ((await readLockOf(pin.hold)) === undefined) throw lost(reason("holderLockGone", {}));
  const replaced = (file: string): ObhutError => lost(reason("holderFileReplaced", { file }));
  const [database, wal] = await Promise.all([factsOf(files.database), factsOf(files.wal)]);
  if (database?.inode !== seen.database.inode) throw replaced(displayPath(files.database));
  if (!readsWal) return;
  const header = parseWalHeader((await headOf(files.wal, walHeaderBytes)) ?? Buffer.alloc(0));
  if (wal?.inode !== seen.wal?.inode || header?.salts !== pin.index.salts) throw replaced(displayPath(files.wal));
}
