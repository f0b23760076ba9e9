import assert from "node:assert/strict";
import { appendFile, copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type UnpackedFixture, unpackFixture } from "../../../tests/support/fixture.ts";
import { type SegmentState, validateSegment } from "./validate-segment.ts";

let fixture: UnpackedFixture;
let segment: string;
const expected = { dimension: 384, written: true };

before(async () => {
  fixture = await unpackFixture();
  segment = join(fixture.dataDir, "vector_db", await writtenSegment());
});
after(() => fixture[Symbol.asyncDispose]());

async function writtenSegment(): Promise<string> {
  const folder = join(fixture.dataDir, "vector_db");
  for (const name of await readdir(folder)) {
    const files = await readdir(join(folder, name)).catch((): string[] => []);
    if (files.includes("index_metadata.pickle")) return name;
  }
  throw new Error("the fixture has no written segment");
}

/** Validates a copy of the written segment after `damage`. */
async function damaged(damage: (folder: string) => Promise<void>): Promise<SegmentState> {
  const folder = join(fixture.dataDir, "damaged");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  for (const name of await readdir(segment)) await copyFile(join(segment, name), join(folder, name));
  await damage(folder);
  return validateSegment(folder, expected);
}

const overwrite = async (path: string, at: number, bytes: Uint8Array): Promise<void> => {
  const content = await readFile(path);
  content.set(bytes, at);
  await writeFile(path, content);
};

test("the segment that a real Chroma wrote is whole", async () => {
  assert.deepEqual(await validateSegment(segment, expected), { kind: "whole", elements: 1069, deleted: 0 });
});

test("segments below the sync threshold are not written yet", async () => {
  const folder = join(fixture.dataDir, "vector_db");
  let unwritten = 0;
  for (const name of await readdir(folder)) {
    if (name.includes(".") || join(folder, name) === segment) continue;
    assert.deepEqual(await validateSegment(join(folder, name), { dimension: 384, written: false }), {
      kind: "unwritten",
    });
    unwritten += 1;
  }
  assert.equal(unwritten, 17);
});

test("names that are missing although Chroma counts on them are a torn segment", async () => {
  assert.equal((await damaged((folder) => rm(join(folder, "index_metadata.pickle")))).kind, "torn");
});

test("a file that is cut short, wherever, is a torn segment", async () => {
  const sizes = {
    "header.bin": 100,
    "data_level0.bin": 1_791_644,
    "length.bin": 4276,
    "link_lists.bin": 9240,
    "index_metadata.pickle": 98_480,
  };
  for (const [name, size] of Object.entries(sizes)) {
    for (const kept of [0, 1, Math.floor(size / 3), size - 1]) {
      const state = await damaged((folder) => truncate(join(folder, name), kept));
      assert.equal(state.kind, "torn", `${name} cut to ${kept}`);
    }
    assert.equal((await damaged((folder) => rm(join(folder, name)))).kind, "torn", `${name} removed`);
  }
});

test("a header from before or after the vectors is a torn segment", async () => {
  for (const elements of [0, 1, 1068, 1070, 5000]) {
    const count = Buffer.alloc(8);
    count.writeBigUInt64LE(BigInt(elements));
    const state = await damaged((folder) => overwrite(join(folder, "header.bin"), 20, count));
    assert.equal(state.kind, "torn", `${elements} elements`);
  }
});

test("vectors that were not written yet are a torn segment", async () => {
  const elementBytes = 1676;
  for (const element of [0, 500, 1068]) {
    const state = await damaged((folder) =>
      overwrite(join(folder, "data_level0.bin"), element * elementBytes, Buffer.alloc(elementBytes)),
    );
    assert.equal(state.kind, "torn", `element ${element}`);
  }
});

test("a link out of range, or to a level that is not there, is a torn segment", async () => {
  const outOfRange = Buffer.from([0xff, 0xff, 0, 0]);
  assert.equal((await damaged((folder) => overwrite(join(folder, "data_level0.bin"), 4, outOfRange))).kind, "torn");
  const links = await readFile(join(segment, "link_lists.bin"));
  let at = 0;
  while (links.readUInt32LE(at) === 0) at += 4;
  // The first neighbour of the first element with upper links becomes element 0 or 1, which has none.
  const grounded = Buffer.alloc(4);
  grounded.writeUInt32LE(links.readUInt32LE(0) === 0 ? 0 : 1);
  const state = await damaged((folder) => overwrite(join(folder, "link_lists.bin"), at + 8, grounded));
  assert.equal(state.kind === "torn" ? state.reason.code : "", "segmentLink");
});

test("a vector that is deleted but still has a name is a torn segment", async () => {
  const state = await damaged((folder) => overwrite(join(folder, "data_level0.bin"), 1676 * 7 + 2, Buffer.from([1])));
  assert.equal(state.kind === "torn" ? state.reason.code : "", "segmentNoVector");
});

test("another collection's dimension is a torn segment", async () => {
  assert.equal((await validateSegment(segment, { dimension: 768, written: true })).kind, "torn");
});

test("room that Chroma took ahead of need is no damage", async () => {
  const state = await damaged((folder) => appendFile(join(folder, "data_level0.bin"), Buffer.alloc(1676 * 20)));
  assert.equal(state.kind, "whole");
});
