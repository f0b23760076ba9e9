import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { BlobId, PackId } from "../base/ids.ts";
import { BlobIndex } from "./blob-index.ts";
import type { PackedBlob } from "./format/blob.ts";
import { decodeIndex, encodeIndex } from "./format/index-file.ts";

const idOf = (seed: number | string): BlobId => createHash("sha256").update(String(seed)).digest("hex") as BlobId;
const packOf = (seed: number): PackId => idOf(`pack ${seed}`) as string as PackId;

function blob(seed: number, type: "data" | "tree" = "data"): PackedBlob {
  return { id: idOf(seed), type, offset: seed * 100, length: 99, uncompressedLength: seed % 2 };
}

test("finds what was added, from headers and from index files, while it grows", () => {
  const index = new BlobIndex();
  const count = 5_000;
  index.addPack(
    packOf(0),
    Array.from({ length: count }, (_, i) => blob(i)),
  );
  const more = Array.from({ length: count }, (_, i) => blob(count + i, "tree"));
  index.addColumns(decodeIndex(encodeIndex([{ id: packOf(1), blobs: more }]), "an index"));
  assert.equal(index.count, 2 * count);
  for (const seed of [0, 1, count - 1, count, 2 * count - 1]) {
    const type = seed < count ? "data" : "tree";
    const pack = packOf(seed < count ? 0 : 1);
    const expected = { pack, offset: seed * 100, length: 99, uncompressedLength: seed % 2 };
    assert.deepEqual(index.lookup(type, idOf(seed)), expected);
    assert.deepEqual(index.lookupAt(type, Buffer.from(`${idOf(7)}${idOf(seed)}`, "hex"), 1), expected);
    assert.equal(
      index.lookup(type === "data" ? "tree" : "data", idOf(seed)),
      undefined,
      "a blob of the other type is another blob",
    );
  }
  assert.equal(index.lookup("data", idOf("unknown")), undefined);
});

test("a blob in two packs is counted once and found in the first", () => {
  const index = new BlobIndex();
  index.addPack(packOf(1), [blob(1)]);
  index.addPack(packOf(2), [{ ...blob(1), offset: 7 }, blob(2)]);
  assert.equal(index.count, 2);
  assert.equal(index.lookup("data", idOf(1))?.pack, packOf(1));
  assert.deepEqual(index.packs, [packOf(1), packOf(2)]);
});

test("packs that are left out hide what only they hold", () => {
  const columns = decodeIndex(
    encodeIndex([
      { id: packOf(1), blobs: [blob(1), blob(2)] },
      { id: packOf(2), blobs: [blob(2), blob(3)] },
    ]),
    "an index",
  );
  const index = new BlobIndex();
  index.addColumns(columns, (pack) => pack === packOf(1));
  assert.deepEqual(
    [1, 2, 3].map((seed) => index.has("data", idOf(seed))),
    [false, true, true],
  );
  const all = new BlobIndex();
  all.addColumns(columns);
  const seen: number[] = [];
  all.forEachBlob((words) => seen.push(words[0] ?? 0), new Set([packOf(2)]));
  assert.equal(seen.length, 2, "blobs 1 and 2 are found in pack 1");
});

test("places beyond 2 GiB are not negative", () => {
  const index = new BlobIndex();
  index.addPack(packOf(1), [
    { ...blob(1), offset: 4_294_967_295, length: 3_000_000_000, uncompressedLength: 2_147_483_648 },
  ]);
  const place = index.lookup("data", idOf(1));
  assert.deepEqual(
    [place?.offset, place?.length, place?.uncompressedLength],
    [4_294_967_295, 3_000_000_000, 2_147_483_648],
  );
});

test("the other places of a blob are kept in order, and a pack that two index files list is one place", () => {
  const index = new BlobIndex();
  const many = Array.from({ length: 3_000 }, (_, seed) => blob(seed));
  for (const pack of [1, 1, 2, 3]) index.addPack(packOf(pack), many);
  assert.equal(index.count, many.length);
  for (const seed of [0, 1_500, 2_999]) {
    const place = { offset: seed * 100, length: 99, uncompressedLength: seed % 2 };
    assert.equal(index.lookup("data", idOf(seed))?.pack, packOf(1));
    assert.deepEqual(index.copies("data", idOf(seed)), [
      { pack: packOf(2), ...place },
      { pack: packOf(3), ...place },
    ]);
  }
  assert.deepEqual(index.copies("tree", idOf(0)), []);
  assert.deepEqual(index.copies("data", idOf("unknown")), []);
});
