/** Which frame of a -wal holds the newest version of each page: the map that, laid over the file, is the database. */
import type { FileHandle } from "node:fs/promises";
import { MiB } from "../../base/limits.ts";
import {
  frameHeaderBytes,
  framePageOffset,
  WalChecksum,
  type WalHeader,
  walHeaderBytes,
  wordsOf,
} from "./wal-format.ts";

/** Offset into the -wal of each page of the database, page 1 first; -1: the page is in the database file. */
export type PageOffsets = Float64Array<SharedArrayBuffer>;

export interface FrameLimits {
  readonly lastFrame: number;
  readonly pages: number;
}

const slurpBytes = 4 * MiB;
/** Below this a frame costs more to seek to than to read through. */
const seekFromBytes = 16 * 1024;

/**
 * The map of frames 1 to `lastFrame`, told by their headers alone. For a -wal whose reader is pinned at that frame, which
 * makes checksums needless. Undefined where a frame has another salt or is not there: the -wal is another one.
 */
export async function overlayOfPinned(
  wal: FileHandle,
  header: WalHeader,
  { lastFrame, pages }: FrameLimits,
): Promise<PageOffsets | undefined> {
  const offsets = emptyOffsets(pages);
  const salts = Buffer.from(header.salts, "hex");
  const frameBytes = frameHeaderBytes + header.pageBytes;
  const framesAtOnce = frameBytes < seekFromBytes ? Math.max(1, Math.floor(slurpBytes / frameBytes)) : 1;
  const buffer = Buffer.allocUnsafe((framesAtOnce - 1) * frameBytes + frameHeaderBytes);
  for (let frame = 1; frame <= lastFrame; frame += framesAtOnce) {
    const count = Math.min(framesAtOnce, lastFrame - frame + 1);
    const wanted = (count - 1) * frameBytes + frameHeaderBytes;
    const at = framePageOffset(frame, header.pageBytes) - frameHeaderBytes;
    if ((await readFully(wal, buffer.subarray(0, wanted), at)) < wanted) return undefined;
    for (let i = 0; i < count; i++) {
      const start = i * frameBytes;
      if (salts.compare(buffer, start + 8, start + 16) !== 0) return undefined;
      const page = buffer.readUInt32BE(start);
      if (page <= pages) offsets[page - 1] = framePageOffset(frame + i, header.pageBytes);
    }
  }
  return offsets;
}

export interface Replay extends FrameLimits {
  readonly offsets: PageOffsets;
}

/**
 * What SQLite's recovery would find in a -wal: every frame up to the last commit that is followed by nothing broken, each
 * with the header's salts and a checksum over all before it. `lastFrame` is 0 where there is no commit: the file alone is
 * the state then. The caller proves that nobody writes meanwhile.
 */
export async function replayWal(wal: FileHandle, header: WalHeader): Promise<Replay> {
  const pagesOfFrames = new Uint32Array(Math.floor((await wal.stat()).size / (frameHeaderBytes + header.pageBytes)));
  let last: FrameLimits = { lastFrame: 0, pages: 0 };
  let frame = 0;
  await forEachValidFrame(wal, header, (page, commitPages) => {
    pagesOfFrames[frame] = page;
    frame += 1;
    if (commitPages > 0) last = { lastFrame: frame, pages: commitPages };
  });
  const offsets = emptyOffsets(last.pages);
  for (let i = 1; i <= last.lastFrame; i++) {
    const page = pagesOfFrames[i - 1] ?? 0;
    if (page <= last.pages) offsets[page - 1] = framePageOffset(i, header.pageBytes);
  }
  return { ...last, offsets };
}

/** `commitPages`: the size of the database in pages where the frame ends a transaction, else 0. */
type OnFrame = (page: number, commitPages: number) => void;

async function forEachValidFrame(wal: FileHandle, header: WalHeader, onFrame: OnFrame): Promise<void> {
  const frameBytes = frameHeaderBytes + header.pageBytes;
  const framesAtOnce = Math.max(1, Math.floor(slurpBytes / frameBytes));
  const buffer = Buffer.from(new ArrayBuffer(framesAtOnce * frameBytes));
  const salts = Buffer.from(header.salts, "hex");
  const sum = new WalChecksum(header.checksum);
  for (let at = walHeaderBytes; ; at += framesAtOnce * frameBytes) {
    const got = Math.floor((await readFully(wal, buffer, at)) / frameBytes);
    const words = wordsOf(buffer, header.bigEndian);
    for (let i = 0; i < got; i++) {
      const start = i * frameBytes;
      const page = buffer.readUInt32BE(start);
      if (page === 0 || salts.compare(buffer, start + 8, start + 16) !== 0) return;
      // Of the frame's header only the first two numbers are summed up; then the page.
      sum.add(words, start / 4, start / 4 + 2);
      sum.add(words, (start + frameHeaderBytes) / 4, (start + frameBytes) / 4);
      if (!sum.equals(buffer.readUInt32BE(start + 16), buffer.readUInt32BE(start + 20))) return;
      onFrame(page, buffer.readUInt32BE(start + 4));
    }
    if (got < framesAtOnce) return;
  }
}

function emptyOffsets(pages: number): PageOffsets {
  return new Float64Array(new SharedArrayBuffer(pages * 8)).fill(-1);
}

/** Fills `into` from `position`; returns fewer bytes only at the end of the file. */
export async function readFully(file: FileHandle, into: Buffer, position: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}
