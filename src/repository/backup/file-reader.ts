/** Reads whole files through the range queue, and again where they changed meanwhile. */
import type { EntryMeta, SourceContent, SourceEntry } from "../source-entry.ts";
import { pieceBytesFor, rangesOf } from "./piece-size.ts";
import { joinIds, type RangeQueue } from "./range-queue.ts";
import type { FileStamp, JobResult } from "./read-task.ts";

export type FileOutcome =
  | {
      readonly kind: "read";
      /** Ids of the pieces. */
      readonly content: Uint8Array;
      readonly bytes: number;
      /** The entry's meta, or what the file had become when it was read. */
      readonly meta: EntryMeta;
      /** It changed under every attempt: the pieces may be of different moments. */
      readonly torn: boolean;
    }
  | { readonly kind: "vanished" }
  | { readonly kind: "failed"; readonly error: Error };

/** How often a file that changed is read again. */
const rereads = 3;

/** Rejects only where the whole backup must end. `onBytes` hears of each range, once, however often the file is read. */
export async function readFile(
  queue: RangeQueue,
  entry: SourceEntry,
  onBytes: (bytes: number) => void,
): Promise<FileOutcome> {
  const { content } = entry;
  if (content === undefined) return failed(undefined, "a file without content");
  let meta = entry.meta;
  for (let attempt = 0; ; attempt++) {
    const sizeBytes = contentBytes(content, meta);
    const pieceBytes = pieceBytesFor(entry.changes, sizeBytes);
    const tell = attempt === 0 ? onBytes : () => undefined;
    const results = await readRanges({ queue, content, sizeBytes, pieceBytes, onBytes: tell });
    const read = results.filter((result) => result.kind === "read");
    const failure = results.find((result) => result.kind === "failed");
    if (failure !== undefined) return failed(failure.code, failure.message);
    const ids = joinIds(read.map((result) => result.ids));
    const bytes = read.reduce((sum, result) => sum + result.bytes, 0);
    if (entry.pinned || content.kind === "bytes" || content.kind === "prefix") {
      return bytes === sizeBytes
        ? { kind: "read", content: ids, bytes, meta: withSize(meta, bytes), torn: false }
        : failed("EIO", `only ${bytes} of ${sizeBytes} bytes were there`);
    }
    const stamps = read.flatMap((result) => result.stamps ?? []);
    const newest = stamps.at(-1);
    const steady = newest === undefined || stamps.every((stamp) => isSame(stamp, newest));
    // A database that grew or shrank in its log is not as long as its file; whoever laid one over the other proves both.
    const asLong = newest === undefined || content.kind === "patched" || newest.sizeBytes === sizeBytes;
    const whole = newest === undefined || (asLong && bytes === sizeBytes);
    if (newest !== undefined) meta = restamped(meta, newest);
    if (steady && whole) return { kind: "read", content: ids, bytes, meta: withSize(meta, bytes), torn: false };
    if (attempt === rereads) return { kind: "read", content: ids, bytes, meta: withSize(meta, bytes), torn: true };
  }
}

interface Reading {
  readonly queue: RangeQueue;
  readonly content: SourceContent;
  readonly sizeBytes: number;
  readonly pieceBytes: number;
  readonly onBytes: (bytes: number) => void;
}

async function readRanges({ queue, content, sizeBytes, pieceBytes, onBytes }: Reading): Promise<JobResult[]> {
  const results: Promise<JobResult>[] = [];
  const told = (result: JobResult): JobResult => {
    if (result.kind === "read") onBytes(result.bytes);
    return result;
  };
  for (const { offset, length } of rangesOf(sizeBytes, pieceBytes)) {
    await queue.ready();
    const range = queue.submit({ content, offset, length, pieceBytes }).then(told);
    // waited for below, after the last of them is under way
    range.catch(() => undefined);
    results.push(range);
  }
  // an empty file is opened too: it may have vanished, be unreadable, or have grown
  if (results.length === 0 && content.kind !== "bytes") {
    results.push(queue.submit({ content, offset: 0, length: 0, pieceBytes }));
  }
  return await Promise.all(results);
}

function contentBytes(content: SourceContent, meta: EntryMeta): number {
  if (content.kind === "bytes") return content.bytes.length;
  if (content.kind === "prefix") return content.sizeBytes;
  return content.kind === "patched" ? content.offsets.length * content.blockBytes : meta.sizeBytes;
}

function failed(code: string | undefined, message: string): FileOutcome {
  return code === "ENOENT"
    ? { kind: "vanished" }
    : { kind: "failed", error: Object.assign(new Error(message), { code }) };
}

function isSame(a: FileStamp, b: FileStamp): boolean {
  return (
    a.inode === b.inode &&
    a.deviceId === b.deviceId &&
    a.sizeBytes === b.sizeBytes &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs
  );
}

function restamped(meta: EntryMeta, { inode, deviceId, sizeBytes, mtimeNs, ctimeNs }: FileStamp): EntryMeta {
  return { ...meta, inode, deviceId, sizeBytes, mtimeNs, ctimeNs };
}

function withSize(meta: EntryMeta, sizeBytes: number): EntryMeta {
  return meta.sizeBytes === sizeBytes ? meta : { ...meta, sizeBytes };
}
