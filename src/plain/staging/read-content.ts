/** The bytes of an entry, wherever they lie, and what the file was before and after they were read. */
import type { FileHandle } from "node:fs/promises";
import { KiB, MiB } from "../../base/limits.ts";
import { ContentSource } from "../../host/sqlite/content-source.ts";
import { openSource } from "../../host/sqlite/database-files.ts";
import type { EntryMeta, SourceContent } from "../../repository/source-entry.ts";

/** A multiple of every page size. */
const pieceBytes = MiB;
/** What is asked for past the end that a file had: it may have grown. */
const pastEndBytes = 4 * KiB;

export type Stamp = Pick<EntryMeta, "inode" | "deviceId" | "sizeBytes" | "mtimeNs" | "ctimeNs">;

export interface Stamps {
  before?: Stamp;
  after?: Stamp;
}

/** `stamps` is filled in where the bytes are those of a file as it lies there. Each piece is good until the next is asked for. */
export async function* readContent(content: SourceContent, stamps: Stamps): AsyncGenerator<Buffer> {
  switch (content.kind) {
    case "bytes":
      yield Buffer.from(content.bytes.buffer, content.bytes.byteOffset, content.bytes.byteLength);
      return;
    case "prefix":
      return yield* readWhole(await openSource(content.path), { mostBytes: content.sizeBytes });
    case "patched": {
      const size = content.offsets.length * content.blockBytes;
      await using source = await ContentSource.open(content);
      for (let at = 0; at < size; at += pieceBytes) yield await source.read(at, Math.min(pieceBytes, size - at));
      return;
    }
    case "file": {
      const file = await openSource(content.path);
      const before = await stampOf(file);
      stamps.before = before;
      yield* readWhole(file, { expectedBytes: before.sizeBytes }, async () => {
        stamps.after = await stampOf(file);
      });
    }
  }
}

interface Extent {
  readonly mostBytes?: number;
  /** As long as it was when it was opened. A megabyte for each small file would be most of the work of many. */
  readonly expectedBytes?: number;
}

async function* readWhole(
  file: FileHandle,
  { mostBytes = Number.POSITIVE_INFINITY, expectedBytes = mostBytes }: Extent,
  atEnd?: () => Promise<void>,
): AsyncGenerator<Buffer> {
  try {
    for (let at = 0; at < mostBytes; ) {
      const wanted = at < expectedBytes ? expectedBytes - at : pastEndBytes;
      const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, wanted));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) break;
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
    await atEnd?.();
  } finally {
    await file.close();
  }
}

async function stampOf(file: FileHandle): Promise<Stamp> {
  const { ino, dev, size, mtimeNs, ctimeNs } = await file.stat({ bigint: true });
  return { inode: ino, deviceId: dev, sizeBytes: Number(size), mtimeNs, ctimeNs };
}
