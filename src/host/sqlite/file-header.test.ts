import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { readFileHeader } from "./file-header.ts";

function header(pageBytes = 4096): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.write("SQLite format 3\0", "latin1");
  bytes.writeUInt16BE(pageBytes === 65_536 ? 1 : pageBytes, 16);
  bytes.set([2, 2, 0, 64, 32, 32], 18);
  bytes.writeUInt32BE(77, 24);
  bytes.writeUInt32BE(10, 28);
  bytes.writeUInt32BE(4, 44);
  bytes.writeUInt32BE(1, 56);
  bytes.writeUInt32BE(77, 92);
  return bytes;
}

test("page sizes from 512 to 65536, which is stored as 1", () => {
  for (const pageBytes of [512, 1024, 4096, 32_768, 65_536]) {
    const reading = readFileHeader(header(pageBytes), pageBytes * 10);
    assert.deepEqual(reading, { kind: "sqlite", header: { pageBytes, walMode: true, changeCounter: 77, pages: 10 } });
  }
});

test("a count of pages that an old SQLite left stale is not believed", () => {
  const bytes = header();
  bytes.writeUInt32BE(76, 92);
  const reading = readFileHeader(bytes, 40_960);
  assert.deepEqual(reading, { kind: "sqlite", header: { pageBytes: 4096, walMode: true, changeCounter: 77 } });
});

test("noise in whole pages is told from text and from an odd length", () => {
  assert.equal(readFileHeader(randomBytes(4096), 40_960).kind, "encrypted");
  assert.equal(readFileHeader(randomBytes(4096), 40_961).kind, "not-sqlite");
  assert.equal(readFileHeader(Buffer.from("words ".repeat(683)), 40_960).kind, "not-sqlite");
  assert.equal(readFileHeader(Buffer.alloc(0), 0).kind, "empty");
});

test("SQLCipher with the first 32 bytes in the clear is encrypted, one impossible field is corrupt", () => {
  const clear = Buffer.concat([header().subarray(0, 32), randomBytes(4064)]);
  assert.equal(readFileHeader(clear, 40_960).kind, "encrypted");
  for (const at of [16, 19, 21, 44, 56]) {
    const bytes = header();
    bytes.writeUInt8(0x99, at);
    assert.equal(readFileHeader(bytes, 40_960).kind, "corrupt", `byte ${at}`);
  }
});

test("any bytes are read without an error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, withMagic) => {
      const sample = withMagic ? Buffer.concat([header().subarray(0, 16), bytes]) : bytes;
      assert.ok(readFileHeader(sample, sample.length).kind);
    }),
  );
});
