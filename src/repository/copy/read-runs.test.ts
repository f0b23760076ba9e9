import assert from "node:assert/strict";
import { it } from "node:test";
import type { PackId } from "../../base/ids.ts";
import { KiB, MiB } from "../../base/limits.ts";
import { BlobList } from "./blob-list.ts";
import { readRuns } from "./read-runs.ts";

function listOf(...places: readonly (readonly [pack: string, offset: number, length: number])[]): BlobList {
  const blobs = new BlobList();
  for (const [at, [pack, offset, length]] of places.entries()) {
    const ids = new Uint8Array(64).fill(at, 32);
    blobs.add("data", { ids, at: 32 }, { pack: pack as PackId, offset, length, uncompressedLength: at });
  }
  return blobs;
}

function runs(blobs: BlobList): unknown[] {
  const found = [...readRuns(blobs, blobs.rowsByPlace(0, blobs.count))];
  return found.map(({ pack, offset, length, rows }) => [pack, offset, length, [...rows]]);
}

it("reads most of a pack in one go, and what lies far off alone", () => {
  const blobs = listOf(["b", 0, 100], ["a", 500 * KiB, 100], ["a", 0, 100], ["a", 3 * MiB, 50], ["b", 100, 10]);
  assert.deepEqual(runs(blobs), [
    ["b", 0, 110, [0, 4]],
    ["a", 0, 500 * KiB + 100, [2, 1]],
    ["a", 3 * MiB, 50, [3]],
  ]);
});

it("no run is longer than its limit, unless one blob is", () => {
  const large = Array.from({ length: 5 }, (_, at) => ["a", at * 6 * MiB, 6 * MiB] as const);
  assert.deepEqual(runs(listOf(...large)), [
    ["a", 0, 18 * MiB, [0, 1, 2]],
    ["a", 18 * MiB, 12 * MiB, [3, 4]],
  ]);
  assert.deepEqual(runs(listOf(["a", 0, 10], ["a", 10, 40 * MiB])), [
    ["a", 0, 10, [0]],
    ["a", 10, 40 * MiB, [1]],
  ]);
  assert.deepEqual(runs(listOf()), []);
});

it("keeps what it was given, however many", () => {
  const count = 5_000;
  const blobs = listOf(...Array.from({ length: count }, (_, at) => [`pack ${at % 7}`, at, 33 + at] as const));
  for (const row of [0, 1023, 1024, count - 1]) {
    assert.deepEqual(
      [blobs.pack(row), blobs.offset(row), blobs.length(row), blobs.uncompressedLength(row), blobs.type(row)],
      [`pack ${row % 7}`, row, 33 + row, row, "data"],
    );
    assert.equal(blobs.idBytes(row)[0], row % 256);
    assert.equal(blobs.id(row).slice(0, 2), (row % 256).toString(16).padStart(2, "0"));
  }
});
