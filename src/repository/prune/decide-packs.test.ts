/** The pure plan: what is removed is never the last copy of anything used. */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { it } from "node:test";
import fc from "fast-check";
import type { BlobId, IndexId, PackId } from "../../base/ids.ts";
import { MiB } from "../../base/limits.ts";
import type { PackedBlob } from "../format/blob.ts";
import { decodeIndex, encodeIndex } from "../format/index-file.ts";
import { countPlan } from "./count-plan.ts";
import { decidePacks } from "./decide-packs.ts";
import { indexOfList, listPacks, type PackList } from "./pack-list.ts";
import { forEachEntry, type MeasuredPacks, measurePacks } from "./pack-use.ts";
import { defaultPruneOptions, type MaxUnused, type PruneOptions } from "./prune-options.ts";
import type { PlannedPack, PruneCounts } from "./prune-plan.ts";

/** A blob of the drawn world: which one, and how long its sealed bytes are. */
interface DrawnPack {
  readonly blobs: readonly number[];
  readonly state: "there" | "missing" | "cut";
  /** Named by two index files, as a crash of a prune leaves it. */
  readonly listedTwice: boolean;
}

interface World {
  readonly packs: readonly DrawnPack[];
  readonly used: readonly number[];
  readonly options: PruneOptions;
  readonly version: 1 | 2;
}

const blobCount = 40;
const maxUnused: fc.Arbitrary<MaxUnused> = fc.oneof(
  fc.constant<MaxUnused>({ kind: "unlimited" }),
  fc.integer({ min: 0, max: 99 }).map((percent): MaxUnused => ({ kind: "percent", percent })),
  fc.integer({ min: 0, max: 4 * MiB }).map((bytes): MaxUnused => ({ kind: "bytes", bytes })),
);
const worlds: fc.Arbitrary<World> = fc.record({
  packs: fc.array(
    fc.record({
      blobs: fc.array(fc.nat(blobCount - 1), { minLength: 1, maxLength: 8 }),
      state: fc.oneof(
        { weight: 12, arbitrary: fc.constant("there" as const) },
        { weight: 1, arbitrary: fc.constantFrom("missing" as const, "cut" as const) },
      ),
      listedTwice: fc.boolean(),
    }),
    { maxLength: 25 },
  ),
  used: fc.uniqueArray(fc.nat(blobCount - 1), { maxLength: blobCount }),
  options: fc.record({
    maxUnused,
    maxRepackBytes: fc.option(fc.nat(20 * MiB), { nil: undefined }),
    repackCacheableOnly: fc.boolean(),
    repackSmall: fc.boolean(),
    keepDeleteMs: fc.constant("auto" as const),
  }),
  version: fc.constantFrom(1 as const, 2 as const),
});

function idOf(text: string): string {
  return hash("sha256", text, "hex");
}

/** Even blobs are data, odd ones trees; every third is not compressed. */
function blobOf(number: number, offset: number): PackedBlob {
  const length = 100 + number * 30_000;
  const type = number % 2 === 0 ? "data" : "tree";
  const id = idOf(`blob ${number}`) as BlobId;
  return { id, type, offset, length, uncompressedLength: number % 3 === 0 ? 0 : 2 * length };
}

function listOf({ packs }: World): PackList {
  const listed = packs.map(({ blobs }, at) => {
    let offset = 0;
    const packed = blobs.map((number) => {
      const blob = blobOf(number, offset);
      offset += blob.length;
      return blob;
    });
    return { id: idOf(`pack ${at}`) as PackId, blobs: packed };
  });
  const twice = listed.filter((_, at) => packs[at]?.listedTwice);
  const files = [listed.slice(0, 10), listed.slice(10), twice];
  return listPacks(
    files.map((file, at) => ({ id: idOf(`index ${at}`) as IndexId, columns: decodeIndex(encodeIndex(file), "index") })),
  );
}

interface Planned {
  readonly list: PackList;
  readonly measured: MeasuredPacks;
  readonly packs: readonly PlannedPack[];
  readonly used: ReadonlySet<string>;
  readonly stateOf: (pack: PackId) => DrawnPack["state"];
}

function plan(world: World): Planned {
  const list = listOf(world);
  const index = indexOfList(list);
  const used = new Uint8Array(index.count);
  for (const number of world.used) {
    const { id, type } = blobOf(number, 0);
    const row = index.rowAt(type, Buffer.from(id, "hex"), 0);
    if (row >= 0) used[row] = 1;
  }
  const states = new Map(world.packs.map(({ state }, at) => [idOf(`pack ${at}`), state]));
  const stateOf = (pack: PackId): DrawnPack["state"] => states.get(pack) ?? assert.fail();
  const isSound = ({ id }: { readonly id: PackId }): boolean => stateOf(id) === "there";
  const measured = measurePacks({ packs: list.packs, index, used, isSound });
  const isThere = (pack: PackId): boolean => stateOf(pack) !== "missing";
  const packs = decidePacks({ uses: measured.uses, isThere, options: world.options, version: world.version });
  const ids = new Set(world.used.map((number) => idOf(`blob ${number}`)));
  return { list, measured, packs, used: ids, stateOf };
}

function countsOf(packs: readonly PlannedPack[]): PruneCounts {
  return countPlan({ packs, loose: [], recovered: 0, later: false });
}

function blobsIn({ list }: Planned, { pack }: PlannedPack): string[] {
  const ids: string[] = [];
  forEachEntry(
    pack,
    ({ ids: bytes }, row) => ids.push(Buffer.from(bytes.subarray(row * 32, row * 32 + 32)).toString("hex")),
    indexOfList(list),
  );
  return ids;
}

it("whatever there is, no used blob's last sound copy is given up", () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const planned = plan(world);
      const stay = new Set<string>();
      const sound = new Set<string>();
      for (const pack of planned.packs) {
        for (const blob of blobsIn(planned, pack)) {
          if (planned.stateOf(pack.pack.id) === "there") sound.add(blob);
          if (planned.stateOf(pack.pack.id) === "there" && ["keep", "repack"].includes(pack.fate)) stay.add(blob);
        }
      }
      for (const blob of planned.used) assert.equal(stay.has(blob), sound.has(blob), blob);
    }),
    { numRuns: 500 },
  );
});

it("used blobs that only packs have which are gone or cut off are told, each once", () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const planned = plan(world);
      const [sound, all] = [new Set<string>(), new Set<string>()];
      for (const pack of planned.packs) {
        for (const blob of blobsIn(planned, pack)) {
          all.add(blob);
          if (planned.stateOf(pack.pack.id) === "there") sound.add(blob);
        }
      }
      const lost = [...planned.used].filter((blob) => all.has(blob) && !sound.has(blob));
      const told = [...planned.measured.lost.values()].reduce((sum, count) => sum + count, 0);
      assert.equal(told, lost.length);
    }),
    { numRuns: 300 },
  );
});

it("with nothing allowed to stay unused, nothing does", () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const options: PruneOptions = { ...defaultPruneOptions, maxUnused: { kind: "bytes", bytes: 0 } };
      const { packs } = plan({ ...world, options });
      assert.deepEqual(countsOf(packs).remainingUnused, { blobs: 0, bytes: 0 });
    }),
    { numRuns: 300 },
  );
});

it("stays within what may be written anew, and within what may stay unused where nothing else forbids", () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const { packs } = plan(world);
      const { options } = world;
      const repacked = packs.filter(({ fate }) => fate === "repack");
      const bytes = repacked.reduce((sum, pack) => sum + pack.bytes, 0);
      assert.ok(bytes <= (options.maxRepackBytes ?? Number.POSITIVE_INFINITY));
      if (options.repackCacheableOnly) assert.ok(repacked.every(({ kind }) => kind !== "data"));
      const counts = countsOf(packs);
      if (options.maxRepackBytes !== undefined || options.repackCacheableOnly) return;
      const { maxUnused: limit } = options;
      if (limit.kind === "bytes") assert.ok(counts.remainingUnused.bytes <= limit.bytes);
    }),
    { numRuns: 300 },
  );
});

it("the figures add up: each entry is used once, a copy, or unused", () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const planned = plan({ ...world, packs: world.packs.map((pack) => ({ ...pack, state: "there" as const })) });
      const { used, duplicate, unused, removed, repackRemoved, remainingUnused } = countsOf(planned.packs);
      assert.equal(used.blobs + duplicate.blobs + unused.blobs, planned.list.entries);
      assert.equal(removed.blobs + repackRemoved.blobs + remainingUnused.blobs, duplicate.blobs + unused.blobs);
      assert.equal(removed.bytes + repackRemoved.bytes + remainingUnused.bytes, duplicate.bytes + unused.bytes);
    }),
    { numRuns: 300 },
  );
});

it("merges small packs where there are ten of them, or on request two, and leaves one alone", () => {
  const world = (count: number, repackSmall: boolean): World => ({
    packs: Array.from({ length: count }, (_, at) => ({ blobs: [2 * at + 2], state: "there", listedTwice: false })),
    used: Array.from({ length: count }, (_, at) => 2 * at + 2),
    options: { ...defaultPruneOptions, repackSmall },
    version: 2,
  });
  const repacked = (count: number, repackSmall: boolean): number =>
    plan(world(count, repackSmall)).packs.filter(({ fate }) => fate === "repack").length;
  assert.equal(repacked(9, false), 0);
  assert.equal(repacked(10, false), 10);
  assert.equal(repacked(1, true), 0);
  assert.equal(repacked(2, true), 2);
});
