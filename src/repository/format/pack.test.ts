import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { BlobId, PackId } from "../../base/ids.ts";
import type { PackedBlob } from "./blob.ts";
import { newMasterKey, Sealer } from "./crypto.ts";
import { encodePackHeader, headerBlobs, openPackTail, packBytes, packTailBytes, sealPackTail } from "./pack.ts";

const sealer = new Sealer(newMasterKey(randomBytes));
const pack = "ab".repeat(32) as PackId;
const id = (byte: string): BlobId => byte.repeat(32) as BlobId;

const blobs: PackedBlob[] = [
  { id: id("01"), type: "data", offset: 0, length: 48, uncompressedLength: 0 },
  { id: id("02"), type: "tree", offset: 48, length: 40, uncompressedLength: 0 },
  { id: id("03"), type: "data", offset: 88, length: 100, uncompressedLength: 16_384 },
  { id: id("04"), type: "tree", offset: 188, length: 60, uncompressedLength: 4_000_000_000 },
];

test("a header is laid out as the format says", () => {
  const header = Buffer.from(encodePackHeader(blobs));
  assert.equal(
    header.toString("hex"),
    `0030000000${id("01")}0128000000${id("02")}026400000000400000${id("03")}033c00000000286bee${id("04")}`,
  );
});

test("what is written is read again", () => {
  const tail = sealPackTail(encodePackHeader(blobs), sealer, randomBytes(16));
  const bytes = 248 + tail.length;
  assert.equal(packBytes(blobs), bytes);
  assert.equal(packTailBytes(tail.subarray(-10), bytes, pack), tail.length);
  assert.deepEqual([...headerBlobs(openPackTail(tail, bytes, sealer, pack), pack)], blobs);
});

test("damage is named, never read past", () => {
  const tail = sealPackTail(encodePackHeader(blobs), sealer, randomBytes(16));
  const bytes = 248 + tail.length;
  const isDamage = { code: "OBJECT_DAMAGED" };
  assert.throws(() => packTailBytes(Buffer.alloc(3), 3, pack), isDamage);
  assert.throws(() => packTailBytes(Buffer.from("ffffffff", "hex"), bytes, pack), isDamage, "a header larger than any");
  assert.throws(() => packTailBytes(tail, tail.length - 1, pack), isDamage, "a header larger than the file");
  assert.throws(
    () => packTailBytes(Buffer.from("10000000", "hex"), bytes, pack),
    isDamage,
    "a header too short to be sealed",
  );
  assert.throws(() => openPackTail(tail, bytes + 1, sealer, pack), isDamage, "blobs that leave a gap");
  const unknownType = Buffer.from(encodePackHeader(blobs));
  unknownType[0] = 4;
  assert.throws(() => [...headerBlobs(unknownType, pack)], isDamage);
  assert.throws(() => [...headerBlobs(encodePackHeader(blobs).subarray(0, -1), pack)], isDamage, "half an entry");
});
