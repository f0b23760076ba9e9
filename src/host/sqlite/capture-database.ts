/** The exact, read-only capture of one SQLite file, whoever is using it. */

import { type BytePath, displayPath } from "../../base/byte-path.ts";
import { isObhutError, ObhutError } from "../../base/errors.ts";
import { limits, MiB } from "../../base/limits.ts";
import { ScratchFolder } from "./capture-context.ts";
import { CapturedDatabase } from "./captured-database.ts";
import { databaseFiles, openSource } from "./database-files.ts";
import { type CaptureOptions, holdDatabase } from "./hold-database.ts";
import { openStill } from "./still-database.ts";

const copyTries = 3;

/**
 * Captures the database at `path` so that no writer waits while its bytes are read. In rollback mode it is copied inside a
 * short hold that is over when this resolves. Errors: those of `holdDatabase`, and DATABASE_HOLD_EXCEEDED when no copy was
 * done within `holdMs`.
 */
export async function captureDatabase(path: BytePath, options: CaptureOptions): Promise<CapturedDatabase> {
  for (let tries = 1; ; tries++) {
    const held = await holdDatabase(path, options);
    if (held.how !== "live-rollback") return held;
    try {
      return await copied(held, options);
    } catch (error) {
      if (!isObhutError(error, "DATABASE_HOLD_EXCEEDED") || tries === copyTries) throw error;
    }
    // Without a hold, so that the next copy finds the file in memory.
    await readThrough(path, options.signal);
  }
}

async function copied(held: CapturedDatabase, options: CaptureOptions): Promise<CapturedDatabase> {
  await using holding = held;
  const { clock, signal, holdMs = limits.rollbackHoldMs } = options;
  await using cleanup = new AsyncDisposableStack();
  const path = cleanup.use(await ScratchFolder.create(options.scratchDir)).file("database");
  const mayGoOn = (): void => {
    signal?.throwIfAborted();
    if (holding.heldMs < holdMs) return;
    throw new ObhutError("DATABASE_HOLD_EXCEEDED", { path: displayPath(held.path), seconds: holdMs / 1000 });
  };
  await holding.copyTo(path, { mayGoOn });
  const heldMs = await holding.release();
  const owned = cleanup.move();
  const context = { ...options, files: databaseFiles(held.path), holdMs };
  return new CapturedDatabase({
    path: held.path,
    how: "held-copy",
    content: { kind: "file", path },
    pageBytes: held.pageBytes,
    pages: held.pages,
    state: held.state,
    clock,
    heldMs,
    reader: () => openStill(context, path),
    confirm: async () => undefined,
    end: () => owned.disposeAsync(),
  });
}

async function readThrough(path: BytePath, signal: AbortSignal | undefined): Promise<void> {
  await using file = await openSource(path);
  const buffer = Buffer.allocUnsafe(4 * MiB);
  for (let at = 0; ; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
  }
}
