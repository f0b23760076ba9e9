/**
 * Private copies of Chroma's segment files, each seen unchanged before and after. Called while chroma.sqlite3 is held, so
 * that what a segment holds beyond max_seq_id is in the log of the database of that same moment.
 */
import { lstatSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BytePath, baseName, bytePath, bytesOf, parentPath } from "../base/byte-path.ts";
import type { Clock } from "../base/clock.ts";
import { systemCode } from "../base/errors.ts";
import { QuietCopier } from "./copy-file.ts";
import type { Walked } from "./walk.ts";

export interface CopiedFiles {
  /** Where the copy of each file lies, by the file's path; a file that was gone has none. */
  readonly copies: ReadonlyMap<BytePath, BytePath>;
  /** Paths of files that were not, from first to last, what their `meta` was read from. */
  readonly changed: ReadonlySet<BytePath>;
}

/** The system's clock for files ticks every 1 to 10 ms; a write within one tick of another leaves the same time. */
const tickMs = 20;

/** Copies `files` below `folder`, which is empty, by reflink where the file system can. Rejects where the disk fails. */
export async function copySegmentFiles(files: readonly Walked[], folder: string, clock: Clock): Promise<CopiedFiles> {
  const copies = new Map<BytePath, BytePath>();
  const changed = new Set<BytePath>();
  await timesSettle(files, clock);
  for (const name of new Set(files.map((file) => dirname(copyPlace(folder, file.path)))))
    mkdirSync(name, { recursive: true });
  const copier = new QuietCopier();
  for (const file of files) {
    const copy = copyPlace(folder, file.path);
    try {
      const bytes = await copier.copy(file.absolute, copy, file.meta.sizeBytes);
      copies.set(file.path, bytePath(copy));
      if (bytes !== file.meta.sizeBytes) changed.add(file.path);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
      changed.add(file.path);
    }
  }
  // Chroma rewrites a segment's files one after the other: they must all be as they were until the last one is copied.
  for (const file of files) if (!isAsBefore(file)) changed.add(file.path);
  return { copies, changed };
}

/** One folder for each folder of the source; names that a segment has are kept, so that it can be checked there. */
export function copyPlace(folder: string, path: BytePath): string {
  const hex = (text: string): string => Buffer.from(text, "latin1").toString("hex");
  const name = baseName(path);
  return join(folder, hex(parentPath(path)), /^[\w.-]+$/.test(name) ? name : hex(name));
}

/** Waits until a write from now on must leave a later time than each file has. */
async function timesSettle(files: readonly Walked[], clock: Clock): Promise<void> {
  const newestMs = files.reduce((newest, file) => Math.max(newest, Number(file.meta.mtimeNs / 1_000_000n)), 0);
  const ageMs = clock.nowMs() - newestMs;
  if (ageMs >= 0 && ageMs < tickMs) await clock.sleep(tickMs - ageMs);
}

function isAsBefore({ absolute, meta }: Walked): boolean {
  const now = lstatSync(bytesOf(absolute), { bigint: true, throwIfNoEntry: false });
  return (
    now !== undefined &&
    now.mtimeNs === meta.mtimeNs &&
    now.ctimeNs === meta.ctimeNs &&
    now.ino === meta.inode &&
    Number(now.size) === meta.sizeBytes
  );
}
