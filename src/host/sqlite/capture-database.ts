/** The exact, read-only capture of one SQLite file, whoever is using it. */

import { type BytePath, displayPath } from "../../base/byte-path.ts";
import { isObhutError, ObhutError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { type CaptureContext, ScratchFolder } from "./capture-context.ts";
import { CapturedDatabase } from "./captured-database.ts";
import { copyContent, refreshCopy } from "./copy-content.ts";
import { databaseFiles } from "./database-files.ts";
import { type CaptureOptions, holdDatabase } from "./hold-database.ts";
import { openStill } from "./still-database.ts";

const copyTries = 4;

/**
 * Captures the database at `path` so that no writer waits while its bytes are read. In rollback mode it is copied inside a
 * short hold that is over when this resolves. Errors: those of `holdDatabase`, and DATABASE_HOLD_EXCEEDED when no copy was
 * done within `holdMs`.
 */
export async function captureDatabase(path: BytePath, options: CaptureOptions): Promise<CapturedDatabase> {
  await using cleanup = new AsyncDisposableStack();
  const { signal } = options;
  let draft: BytePath | undefined;
  for (let tries = 1; ; tries++) {
    const held = await holdDatabase(path, options);
    if (held.how !== "live-rollback") return held;
    try {
      return await copied(held, options, { draft, cleanup });
    } catch (error) {
      if (!isObhutError(error, "DATABASE_HOLD_EXCEEDED") || tries === copyTries) throw error;
    }
    // Most of the work without a hold; the next one only has to bring it up to date.
    const whole = { kind: "file", path } as const;
    const unhurried = { mayGoOn: () => signal?.throwIfAborted() };
    if (draft === undefined) {
      const scratch = cleanup.use(await ScratchFolder.create(options.scratchDir));
      draft = scratch.file("database");
      await copyContent(whole, draft, unhurried);
    } else {
      await refreshCopy(whole, draft, unhurried);
    }
  }
}

interface Desk {
  /** An earlier copy, if there is one. It is in `cleanup`. */
  readonly draft: BytePath | undefined;
  /** Moved to the captured database when that is done. */
  readonly cleanup: AsyncDisposableStack;
}

async function copied(held: CapturedDatabase, options: CaptureOptions, desk: Desk): Promise<CapturedDatabase> {
  await using holding = held;
  const { signal, holdMs = limits.rollbackHoldMs } = options;
  await using own = new AsyncDisposableStack();
  const mayGoOn = (): void => {
    signal?.throwIfAborted();
    if (holding.heldMs < holdMs) return;
    throw new ObhutError("DATABASE_HOLD_EXCEEDED", { path: displayPath(held.path), seconds: holdMs / 1000 });
  };
  let path = desk.draft;
  if (path === undefined) {
    path = own.use(await ScratchFolder.create(options.scratchDir)).file("database");
    await copyContent(held.content, path, { mayGoOn });
  } else {
    await refreshCopy(held.content, path, { mayGoOn });
  }
  const heldMs = await holding.release();
  own.use(desk.cleanup.move());
  return privateCopy(
    held,
    { ...options, files: databaseFiles(held.path), holdMs },
    { path, heldMs, owned: own.move() },
  );
}

interface PrivateCopy {
  readonly path: BytePath;
  readonly heldMs: number;
  readonly owned: AsyncDisposableStack;
}

function privateCopy(held: CapturedDatabase, context: CaptureContext, copy: PrivateCopy): CapturedDatabase {
  return new CapturedDatabase({
    path: held.path,
    how: "held-copy",
    content: { kind: "file", path: copy.path },
    pageBytes: held.pageBytes,
    pages: held.pages,
    sizeBytes: held.sizeBytes,
    state: held.state,
    clock: context.clock,
    heldMs: copy.heldMs,
    reader: () => openStill(context, copy.path),
    confirm: async () => undefined,
    end: () => copy.owned.disposeAsync(),
  });
}
