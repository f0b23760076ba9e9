/**
 * Rollback mode: a read transaction (a SHARED lock) keeps the file as it is. Writers wait, and once one waits new readers
 * do too; so the holder process itself ends the hold after a cap.
 */
import { displayPath } from "../../base/byte-path.ts";
import { ObhutError } from "../../base/errors.ts";
import { reason } from "../../base/reason-codes.ts";
import {
  type Attempt,
  type CaptureContext,
  readableFailure,
  requireUnchanged,
  startHolder,
  unsettled,
} from "./capture-context.ts";
import { CapturedDatabase } from "./captured-database.ts";
import { type FilesSeen, seeFiles } from "./database-files.ts";
import { readFileHeader } from "./file-header.ts";
import type { HoldProcess } from "./hold-process.ts";
import { stateToken } from "./state-token.ts";

/** SQLite's own patience for one attempt; short, so that an abort is heard. */
const lockWaitMs = 1_000;

/** Errors: DATABASE_CORRUPT, DATABASE_UNREADABLE, DATABASE_HOLD_LOST. */
export async function holdRollback(context: CaptureContext): Promise<Attempt> {
  const hold = startHolder(context);
  let kept = false;
  try {
    const { files, holdMs } = context;
    const pin = await hold.ask({ op: "pin-rollback", files, waitMs: lockWaitMs, capMs: holdMs });
    if (pin.kind === "unsettled" || pin.kind === "no-index") return unsettled;
    if (pin.kind !== "pinned") return pin;
    const heldSinceMs = context.clock.monotonicMs();
    const seen = await seeFiles(files);
    const reading = readFileHeader(seen.sample, seen.database.sizeBytes);
    // It may have been switched to WAL mode since the first look: then this lock keeps nothing as it is.
    if (reading.kind !== "sqlite" || reading.header.walMode || seen.wal !== undefined) return unsettled;
    kept = true;
    return {
      kind: "captured",
      captured: held(context, { hold, seen, heldSinceMs, pageBytes: reading.header.pageBytes }),
    };
  } catch (error) {
    throw readableFailure(error, context.files);
  } finally {
    if (!kept) await hold[Symbol.asyncDispose]();
  }
}

interface Hold {
  readonly hold: HoldProcess;
  readonly seen: FilesSeen;
  readonly heldSinceMs: number;
  readonly pageBytes: number;
}

function held(context: CaptureContext, { hold, seen, heldSinceMs, pageBytes }: Hold): CapturedDatabase {
  const { files, clock } = context;
  return new CapturedDatabase({
    path: files.database,
    how: "live-rollback",
    content: { kind: "file", path: files.database },
    pageBytes,
    pages: Math.floor(seen.database.sizeBytes / pageBytes),
    sizeBytes: seen.database.sizeBytes,
    state: stateToken(seen, undefined, clock),
    clock,
    heldSinceMs,
    reader: async () => hold,
    confirm: () => confirmHold(context, hold, seen, heldSinceMs),
    end: () => hold[Symbol.asyncDispose](),
  });
}

async function confirmHold(
  context: CaptureContext,
  hold: HoldProcess,
  seen: FilesSeen,
  sinceMs: number,
): Promise<void> {
  const { files, clock, holdMs } = context;
  if (!(await hold.ask({ op: "confirm" }))) {
    const path = displayPath(files.database);
    if (clock.monotonicMs() - sinceMs >= holdMs) {
      throw new ObhutError("DATABASE_HOLD_EXCEEDED", { path, seconds: holdMs / 1000 });
    }
    throw new ObhutError("DATABASE_HOLD_LOST", { path, reason: reason("holderLockGone", {}) });
  }
  // A writer may go on with its -journal while it waits to change the file.
  await requireUnchanged(files, { ...seen, journalLooksHot: false });
}
