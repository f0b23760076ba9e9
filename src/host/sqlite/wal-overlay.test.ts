import assert from "node:assert/strict";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import fc from "fast-check";
import { frameHeaderBytes, framePageOffset, parseWalHeader, WalChecksum, walVersion, wordsOf } from "./wal-format.ts";
import { overlayOfPinned, type Replay, replayWal } from "./wal-overlay.ts";

interface Frame {
  readonly page: number;
  /** Size of the database where the frame ends a transaction, else 0. */
  readonly commitPages: number;
  readonly content: Uint8Array;
}

interface Wal {
  readonly pageBytes: number;
  readonly bigEndian: boolean;
  readonly frames: readonly Frame[];
}

/** Writes a -wal as sqlite.org/fileformat2.html, section 4, has it. */
function walBytes({ pageBytes, bigEndian, frames }: Wal): Buffer {
  const sum = new WalChecksum({ first: 0, second: 0 });
  const add = (bytes: Buffer): void => sum.add(wordsOf(bytes, bigEndian), 0, bytes.length / 4);
  const header = Buffer.alloc(32);
  [bigEndian ? 0x377f0683 : 0x377f0682, walVersion, pageBytes, 1, 0x11223344, 0x55667788].forEach((word, i) => {
    header.writeUInt32BE(word, i * 4);
  });
  add(header.subarray(0, 24));
  header.writeUInt32BE(sum.first, 24);
  header.writeUInt32BE(sum.second, 28);
  const parts = [header];
  for (const { page, commitPages, content } of frames) {
    const frame = Buffer.alloc(frameHeaderBytes);
    frame.writeUInt32BE(page, 0);
    frame.writeUInt32BE(commitPages, 4);
    header.copy(frame, 8, 16, 24);
    const body = Buffer.alloc(pageBytes);
    body.set(content);
    add(frame.subarray(0, 8));
    add(body);
    frame.writeUInt32BE(sum.first, 16);
    frame.writeUInt32BE(sum.second, 20);
    parts.push(frame, body);
  }
  return Buffer.concat(parts);
}

/** The same, frame by frame and slowly. */
function expected(wal: Wal, usable: number): { lastFrame: number; offsets: number[] } {
  const frames = wal.frames.slice(0, usable);
  const lastFrame = frames.findLastIndex((frame) => frame.commitPages > 0) + 1;
  const pages = frames[lastFrame - 1]?.commitPages ?? 0;
  const newest = (page: number) => frames.slice(0, lastFrame).findLastIndex((frame) => frame.page === page) + 1;
  const offset = (frame: number): number => (frame === 0 ? -1 : framePageOffset(frame, wal.pageBytes));
  return { lastFrame, offsets: Array.from({ length: pages }, (_, index) => offset(newest(index + 1))) };
}

async function withFile<Result>(bytes: Buffer, use: (file: Awaited<ReturnType<typeof open>>) => Promise<Result>) {
  const folder = await mkdtemp(path.join(tmpdir(), "obhut-wal-"));
  try {
    await writeFile(path.join(folder, "wal"), bytes);
    await using file = await open(path.join(folder, "wal"));
    return await use(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function replayed(bytes: Buffer): Promise<Replay | undefined> {
  const header = parseWalHeader(bytes.subarray(0, 32));
  return header && (await withFile(bytes, (file) => replayWal(file, header)));
}

const anyWal: fc.Arbitrary<Wal> = fc.record({
  pageBytes: fc.constantFrom(512, 1024, 4096),
  bigEndian: fc.boolean(),
  frames: fc.array(
    fc.record({
      page: fc.integer({ min: 1, max: 12 }),
      commitPages: fc.constantFrom(0, 0, 3, 7, 12),
      content: fc.uint8Array({ minLength: 1, maxLength: 64 }),
    }),
    { maxLength: 20 },
  ),
});

test("the newest committed frame of each page, up to the first broken one", async () => {
  await fc.assert(
    fc.asyncProperty(anyWal, fc.nat(), fc.integer({ min: 0, max: 7 }), async (wal, place, bit) => {
      const whole = walBytes(wal);
      const all = await replayed(whole);
      assert.deepEqual(
        { lastFrame: all?.lastFrame, offsets: [...(all?.offsets ?? [])] },
        expected(wal, wal.frames.length),
      );
      if (wal.frames.length === 0) return;
      const at = 32 + (place % (whole.length - 32));
      const broken = Buffer.from(whole);
      broken.writeUInt8(broken.readUInt8(at) ^ (1 << bit), at);
      const usable = Math.floor((at - 32) / (frameHeaderBytes + wal.pageBytes));
      const rest = await replayed(broken);
      assert.deepEqual({ lastFrame: rest?.lastFrame, offsets: [...(rest?.offsets ?? [])] }, expected(wal, usable));
    }),
    { numRuns: 60 },
  );
});

test("a pinned map is the replay's as of that frame; another salt or a missing frame is told", async () => {
  const frames = [3, 1, 3, 2].map((page) => ({ page, commitPages: 3, content: new Uint8Array([page]) }));
  const wal: Wal = { pageBytes: 512, bigEndian: false, frames };
  const bytes = walBytes(wal);
  const header = parseWalHeader(bytes.subarray(0, 32));
  assert.ok(header);
  const pinned = (lastFrame: number, salts = header.salts) =>
    withFile(bytes, (file) => overlayOfPinned(file, { ...header, salts }, { lastFrame, pages: 3 }));
  for (const lastFrame of [1, 2, 3, 4]) {
    assert.deepEqual([...((await pinned(lastFrame)) ?? [])], expected(wal, lastFrame).offsets);
  }
  assert.equal(await pinned(5), undefined);
  assert.equal(await pinned(4, "0000000000000000"), undefined);
});

test("a header with any bit flipped is no header", () => {
  const bytes = walBytes({ pageBytes: 4096, bigEndian: false, frames: [] });
  for (let at = 0; at < 32; at++) {
    const broken = Buffer.from(bytes);
    broken.writeUInt8(broken.readUInt8(at) ^ 4, at);
    assert.equal(parseWalHeader(broken), undefined, `byte ${at}`);
  }
  assert.equal(parseWalHeader(bytes.subarray(0, 31)), undefined);
});

test("SQLite reads a -wal with big-endian checksums as we do", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "obhut-wal-"));
  const file = path.join(folder, "a.db");
  const writer = new DatabaseSync(file);
  writer.exec("PRAGMA page_size=1024; PRAGMA journal_mode=WAL; CREATE TABLE t(a); PRAGMA wal_checkpoint(TRUNCATE)");
  writer.exec("INSERT INTO t VALUES(7); INSERT INTO t VALUES(8)");
  const { readFile } = await import("node:fs/promises");
  const native = await readFile(`${file}-wal`);
  const base = await readFile(file);
  writer.close();
  const frames: Frame[] = [];
  for (let at = 32; at < native.length; at += 1048) {
    const content = native.subarray(at + 24, at + 1048);
    frames.push({ page: native.readUInt32BE(at), commitPages: native.readUInt32BE(at + 4), content });
  }
  const swapped = walBytes({ pageBytes: 1024, bigEndian: true, frames });
  const copy = path.join(folder, "b.db");
  await writeFile(copy, base);
  await writeFile(`${copy}-wal`, swapped);
  const reader = new DatabaseSync(copy);
  assert.deepEqual(
    reader
      .prepare("SELECT a FROM t")
      .all()
      .map((row) => row["a"]),
    [7, 8],
  );
  reader.close();
  const ours = await replayed(swapped);
  assert.equal(ours?.lastFrame, frames.length);
  await rm(folder, { recursive: true });
});
