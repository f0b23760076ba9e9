/**
 * Private copies of Chroma's segment files, each seen unchanged before and after. Called while chroma.sqlite3 is held, so
 * that what a segment holds beyond max_seq_id is in the log of the database of that same moment.
 */
import { lstat, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type BytePath, bytesOf, displayPath } from "../base/byte-path.ts";
import type { Clock } from "../base/clock.ts";
import { systemCode } from "../base/errors.ts";
import { copyQuietly } from "./copy-file.ts";
import type { Walked } from "./walk.ts";

export interface CopiedFile {
  readonly source: Walked;
  readonly copy: string;
}

/** A file changed while it was copied; the whole moment is tried again. */
export class SegmentChanged extends Error {
  readonly path: BytePath;

  constructor(path: BytePath) {
    super(`${displayPath(path)} changed while it was copied`);
    this.path = path;
  }
}

/** The system's clock for files ticks every 1 to 10 ms; a write within one tick of another leaves the same time. */
const tickMs = 20;

/**
 * Copies `files` below `folder`, by reflink where the file system can. Rejects with SegmentChanged for a file that is not, byte
 * for byte, what its `meta` was read from.
 */
export async function copySegmentFiles(
  files: readonly Walked[],
  folder: string,
  clock: Clock,
): Promise<readonly CopiedFile[]> {
  await settle(files, clock);
  const copies: CopiedFile[] = [];
  for (const source of files) {
    const copy = join(folder, Buffer.from(source.path, "latin1").toString("utf8"));
    await mkdir(dirname(copy), { recursive: true });
    await copyUnchanged(source, copy);
    copies.push({ source, copy });
  }
  // Chroma rewrites a segment's files one after the other: they must all be as they were until the last one is copied.
  for (const source of files) await mustBeAsBefore(source);
  return copies;
}

/** Waits until a write from now on must leave a later time than each file has. */
async function settle(files: readonly Walked[], clock: Clock): Promise<void> {
  const newestMs = files.reduce((newest, file) => Math.max(newest, Number(file.meta.mtimeNs / 1_000_000n)), 0);
  const ageMs = clock.nowMs() - newestMs;
  if (ageMs >= 0 && ageMs < tickMs) {
    await clock.sleep(tickMs - ageMs);
    for (const file of files) await mustBeAsBefore(file);
  }
}

async function copyUnchanged(source: Walked, copy: string): Promise<void> {
  try {
    await copyQuietly(source.absolute, copy);
  } catch (error) {
    if (systemCode(error) === "ENOENT") throw new SegmentChanged(source.path);
    throw error;
  }
  await mustBeAsBefore(source);
  if ((await lstat(copy)).size !== source.meta.sizeBytes) throw new SegmentChanged(source.path);
}

async function mustBeAsBefore({ path, absolute, meta }: Walked): Promise<void> {
  const now = await lstat(bytesOf(absolute), { bigint: true }).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") throw new SegmentChanged(path);
    throw error;
  });
  const same =
    now.mtimeNs === meta.mtimeNs &&
    now.ctimeNs === meta.ctimeNs &&
    now.ino === meta.inode &&
    Number(now.size) === meta.sizeBytes;
  if (!same) throw new SegmentChanged(path);
}
