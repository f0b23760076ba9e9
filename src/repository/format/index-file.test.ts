import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { BlobId, PackId } from "../../base/ids.ts";
import { hexIdAt } from "./hex.ts";
import { decodeIndex, encodeIndex, type IndexColumns } from "./index-file.ts";
import type { TimeText } from "./time-text.ts";

const isDamage = { code: "OBJECT_DAMAGED" };
const idA = "3ec79977ef0cf5de7b08cd12b874cd0f62bbaf7f07f3497a5b1bbcc8cb39b1ce";
const idB = "9ccb846e60d90d4eb915848add7aa7ea1e4bbabfc60e573db9f7bfb2789afbae";
const packId = "73d04e6125cf3c28a299cc2f3cca3b78ceac396e4fcf9575e34536b26782413c";

function rows(columns: IndexColumns): unknown[] {
  return Array.from({ length: columns.count }, (_, i) => [
    hexIdAt(columns.packIds, columns.packs[i] ?? 0),
    hexIdAt(columns.ids, i),
    columns.types[i],
    columns.offsets[i],
    columns.lengths[i],
    columns.uncompressedLengths[i],
  ]);
}

test("reads the index that restic's documentation shows, however it is spelled", () => {
  // doc/design.rst, "Indexing": white space, another order of fields, fields of later versions
  const json = `{ "supersedes": ["ed54ae36197f4745ebc4b54d10e0f623eaaaedd03013eb7ae90df881b7781452"],
    "packs": [ { "id": "${packId}", "blobs": [
      { "id": "${idA}", "type": "data", "offset": 0, "length": 38, "uncompressed_length": 512 },
      {"type":"tree","length":112,"later":[1,{"x":"]}"}],"id":"${idB}","offset":38} ], "later": null } ] }`;
  assert.deepEqual(rows(decodeIndex(Buffer.from(json), "an index")), [
    [packId, idA, 0, 0, 38, 512],
    [packId, idB, 1, 38, 112, 0],
  ]);
});

test("writes the bytes that restic writes", () => {
  const json = encodeIndex([
    {
      id: packId as PackId,
      blobs: [
        { id: idA as BlobId, type: "data", offset: 0, length: 38, uncompressedLength: 512 },
        { id: idB as BlobId, type: "tree", offset: 38, length: 112, uncompressedLength: 0 },
      ],
    },
  ]);
  const expected = `{"packs":[{"id":"${packId}","blobs":[{"id":"${idA}","type":"data","offset":0,"length":38,"uncompressed_length":512},{"id":"${idB}","type":"tree","offset":38,"length":112}]}]}\n`;
  assert.equal(json.toString(), expected);
});

test("the quick way and the patient way read the same", () => {
  const id = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));
  const length = fc.integer({ min: 0, max: 0xffff_ffff });
  const blob = fc.record({
    id: id.map((text) => text as BlobId),
    type: fc.constantFrom("data" as const, "tree" as const),
    offset: length,
    length,
    uncompressedLength: length,
  });
  const packs = fc.array(fc.record({ id: id.map((text) => text as PackId), blobs: fc.array(blob) }));
  fc.assert(
    fc.property(packs, (value) => {
      const json = encodeIndex(value);
      const spaced = Buffer.from(JSON.stringify(JSON.parse(json.toString()), null, 1));
      assert.deepEqual(rows(decodeIndex(json, "x")), rows(decodeIndex(spaced, "x")));
      assert.equal(
        decodeIndex(json, "x").count,
        value.reduce((sum, { blobs }) => sum + blobs.length, 0),
      );
    }),
    { numRuns: 60 },
  );
});

test("packs marked by rustic are read apart from the others, whatever is missing of them", () => {
  const blobs = `[{"id":"${idA}","type":"data","offset":0,"length":38}]`;
  const marks = [
    `{"id":"${packId}","blobs":${blobs},"time":"2026-11-24T05:00:00.5+01:00","size":111}`,
    `{"id":"${idA}","blobs":[],"time":"2026-11-24T04:00:00Z","size":7}`,
    `{"id":"${idB}","blobs":null,"time":null}`,
  ];
  const { marked, ...columns } = decodeIndex(Buffer.from(`{"packs_to_delete":[${marks}],"packs":[]}`), "x");
  assert.equal(columns.count, 0);
  const timeMs = Date.UTC(2026, 10, 24, 4);
  assert.deepEqual(marked?.timesMs, [timeMs + 500, timeMs, undefined]);
  assert.deepEqual([marked?.columns.count, marked?.columns.packIds.length], [1, 96]);
  const [mark] = JSON.parse(
    encodeIndex(
      [],
      [{ id: packId as PackId, blobs: [], time: "2026-11-24T04:00:00Z" as TimeText, sizeBytes: 7 }],
    ).toString(),
  ).packs_to_delete;
  assert.deepEqual(mark, { id: packId, blobs: [], time: "2026-11-24T04:00:00Z", size: 7 });
});

test("an empty index is no damage", () => {
  for (const json of ['{"packs":[]}', '{"packs":null}', "{}"])
    assert.equal(decodeIndex(Buffer.from(json), "x").count, 0);
});

test("damage is named", () => {
  const blob = `{"id":"${idA}","type":"data","offset":0,"length":38}`;
  const withBlob = (text: string): Buffer => Buffer.from(`{"packs":[{"id":"${packId}","blobs":[${text}]}]}`);
  assert.equal(decodeIndex(withBlob(blob), "x").count, 1, "the control");
  const wrong = [
    blob.replace('"data"', '"date"'),
    blob.replace(idA, idA.slice(1)),
    blob.replace(idA, `z${idA.slice(1)}`),
    blob.replace('"offset":0', '"offset":-1'),
    blob.replace('"offset":0', '"offset":4294967296'),
    blob.replace('"offset":0', '"offset":1e3'),
    blob.replace(',"length":38', ""),
    blob.slice(0, -1),
    `${blob},`,
  ];
  for (const text of wrong) assert.throws(() => decodeIndex(withBlob(text), "x"), isDamage, text);
  for (const text of ["", "[]", "{", '{"packs":[{"blobs":[]}]}', '{"packs":[]} x']) {
    assert.throws(() => decodeIndex(Buffer.from(text), "x"), isDamage, text);
  }
});
