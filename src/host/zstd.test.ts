import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { compressedRoom, pieceCompressor, pieceDecompressor, zstdCompress, zstdDecompress } from "./zstd.ts";

const text = Buffer.from("a sentence that comes again and again; ".repeat(60_000));

test("pieces of any size come back, one after the other through the same codec", () => {
  const compressor = pieceCompressor();
  const decompressor = pieceDecompressor();
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.nat(text.length).map((bytes) => text.subarray(0, bytes)),
  );
  fc.assert(
    fc.property(piece, (plain) => {
      const out = Buffer.alloc(compressedRoom(plain.length));
      const frame = out.subarray(0, compressor.compress(plain, out));
      assert.deepEqual(Buffer.from(decompressor.decompress(frame, plain.length)), Buffer.from(plain));
      assert.deepEqual(zstdDecompressSync(frame), Buffer.from(plain), "zlib's own way reads it too");
    }),
    { numRuns: 60 },
  );
});

test("random bytes fit into the room, on both sides of the small codec's limit", () => {
  const compressor = pieceCompressor();
  for (const bytes of [0, 1, 16_383, 16_384, 16_385, 1_048_576]) {
    const plain = randomBytes(bytes);
    const out = Buffer.alloc(compressedRoom(bytes));
    const made = compressor.compress(plain, out);
    assert.ok(made > 0 && made < out.length);
    assert.deepEqual(zstdDecompress(out.subarray(0, made), bytes), plain);
  }
});

test("a codec goes on after a frame that was damaged", () => {
  const decompressor = pieceDecompressor();
  const frame = zstdCompress(text);
  assert.throws(() => decompressor.decompress(Buffer.from("this is no frame"), 100));
  assert.deepEqual(Buffer.from(decompressor.decompress(frame, text.length)), text);
  assert.throws(() => decompressor.decompress(frame.subarray(0, frame.length >> 1), text.length));
  assert.deepEqual(Buffer.from(decompressor.decompress(frame, text.length)), text);
});

test("nothing expands beyond its limit", () => {
  const bomb = zstdCompress(Buffer.alloc(50_000_000));
  assert.ok(bomb.length < 10_000);
  assert.throws(() => pieceDecompressor().decompress(bomb, 1_000_000), RangeError);
  assert.throws(() => zstdDecompress(bomb, 1_000_000));
});

test("a document that is cut off is no document", () => {
  const frame = zstdCompress(text);
  assert.deepEqual(zstdDecompress(frame, text.length), text);
  assert.throws(() => zstdDecompress(frame.subarray(0, -1), text.length));
});

test("small documents come back, whoever made the frame, and damaged ones do not", () => {
  for (const bytes of [0, 1, 255, 256, 257, 511, 65_535, 65_536, 65_537, 66_000]) {
    const plain = text.subarray(0, bytes);
    const unnamed = zstdCompressSync(plain);
    for (const frame of [zstdCompress(plain), unnamed, Buffer.concat([zstdCompress(plain), zstdCompress(plain)])]) {
      const times = frame.length > unnamed.length + 8 ? 2 : 1;
      assert.deepEqual(zstdDecompress(frame, 1_000_000), Buffer.concat(Array<Buffer>(times).fill(plain)));
    }
    const frame = zstdCompress(plain);
    for (const cut of [1, 4, frame.length - 5]) {
      assert.throws(() => zstdDecompress(frame.subarray(0, frame.length - cut), 1_000_000), `${bytes} without ${cut}`);
    }
    if (bytes > 1) assert.throws(() => zstdDecompress(frame, bytes - 1));
  }
  // The header says 5 more bytes than there are.
  const lying = Buffer.from(zstdCompress(text.subarray(0, 100)));
  assert.equal(lying[4], 0x20);
  lying[5] = 105;
  assert.throws(() => zstdDecompress(lying, 1000));
});
