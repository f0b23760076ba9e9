/** What every way of capturing a database is given, and what it can come to. */
import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { type BytePath, bytePath, bytesOf, displayPath, joinPath } from "../../base/byte-path.ts";
import type { Clock } from "../../base/clock.ts";
import { ObhutError } from "../../base/errors.ts";
import { type Reason, reason } from "../../base/reason-codes.ts";
import type { CapturedDatabase } from "./captured-database.ts";
import { type DatabaseFiles, type FilesSeen, firstDifference, seeFiles } from "./database-files.ts";
import { HoldProcess, SqliteFailure } from "./hold-process.ts";

export interface CaptureContext {
  readonly files: DatabaseFiles;
  /** Where private copies may be made. */
  readonly scratchDir: BytePath;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** A transaction that keeps writers waiting ends after this. */
  readonly holdMs: number;
}

export type Attempt =
  | { readonly kind: "captured"; readonly captured: CapturedDatabase }
  /** Not now, perhaps soon. */
  | { readonly kind: "retry"; readonly reason: Reason }
  /** Somebody keeps every reader out. */
  | { readonly kind: "locked" }
  /** A -journal is to be rolled back, and whoever wrote it is gone. */
  | { readonly kind: "hot-journal" }
  /** There is no app to share locks with, or none can be seen: the files speak for themselves. */
  | { readonly kind: "alone" };

export const unsettled: Attempt = { kind: "retry", reason: reason("databaseKeepsChanging", {}) };

/** A holder process for the database of this context. */
export function startHolder({ files, signal }: CaptureContext): HoldProcess {
  return new HoldProcess(displayPath(files.database), signal);
}

/** What SQLite said of the file as an error of ours. */
export function readableFailure(error: unknown, files: DatabaseFiles): unknown {
  if (!(error instanceof SqliteFailure)) return error;
  const path = displayPath(files.database);
  const why = reason("databaseSqlite", { message: error.message });
  const code = error.isCorruption ? "DATABASE_CORRUPT" : "DATABASE_UNREADABLE";
  return new ObhutError(code, { path, reason: why }, { cause: error });
}

/** Rejects with DATABASE_CHANGED unless the files are as `before` saw them. */
export async function requireUnchanged(files: DatabaseFiles, before: FilesSeen): Promise<void> {
  const changed = firstDifference(files, before, await seeFiles(files));
  if (changed === undefined) return;
  throw new ObhutError("DATABASE_CHANGED", { path: displayPath(files.database), file: displayPath(changed) });
}

/** A folder of our own for a private copy; it goes when it is disposed of. */
export class ScratchFolder implements AsyncDisposable {
  readonly path: BytePath;

  private constructor(path: BytePath) {
    this.path = path;
  }

  static async create(scratchDir: BytePath): Promise<ScratchFolder> {
    const path = joinPath(scratchDir, bytePath(`obhut-database-${randomBytes(6).toString("hex")}`));
    await mkdir(bytesOf(path), { mode: 0o700 });
    return new ScratchFolder(path);
  }

  file(name: string): BytePath {
    return joinPath(this.path, bytePath(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(bytesOf(this.path), { recursive: true, force: true });
  }
}
