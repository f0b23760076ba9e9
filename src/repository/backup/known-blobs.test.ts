import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import type { BlobId, PackId } from "../../base/ids.ts";
import { IdWords, idWords, treeFlag } from "../blob-id-table.ts";
import { BlobIndex } from "../blob-index.ts";
import { KnownBlobs } from "./known-blobs.ts";

const idsOf = (count: number): Int32Array => new Int32Array(randomBytes(count * 32).buffer.slice(0, count * 32));

test("a blob is claimed once for each destination and type", () => {
  const known = KnownBlobs.allocate(10);
  const id = new Int32Array(randomBytes(32).buffer.slice(0, 32));
  known.add(id, 0, 0, 0b001);
  assert.equal(known.claim(id, 0, 0, 0b011), 0b010);
  assert.equal(known.claim(id, 0, 0, 0b111), 0b100);
  assert.equal(known.claim(id, 0, 0, 0b111), 0);
  assert.equal(known.claim(id, 0, treeFlag, 0b111), 0b111, "the same bytes as a tree are another blob");
  const bytes = new Uint8Array(id.buffer);
  assert.equal(known.haveAll(bytes, 0b111), true);
  assert.equal(known.haveAll(new Uint8Array(64), 0b1), false);
});

test("nothing is forgotten when the table grows", () => {
  const known = KnownBlobs.allocate(1);
  const count = known.room;
  const ids = idsOf(count);
  for (let i = 0; i < count; i++) known.add(ids, i * idWords, i % 2 === 0 ? 0 : treeFlag, 1 << (i % 16));
  assert.equal(known.room, 0);
  known.grow(1);
  assert.ok(known.room >= count);
  for (let i = 0; i < count; i++) {
    const type = i % 2 === 0 ? 0 : treeFlag;
    assert.equal(known.claim(ids, i * idWords, type, 0xffff), 0xffff & ~(1 << (i % 16)), `blob ${i}`);
  }
});

test("an index is taken over for its destination, but what lies in packs that are gone", () => {
  const hex = (): string => randomBytes(32).toString("hex");
  const blobs = Array.from({ length: 3000 }, (_, i) => ({
    type: i % 5 === 0 ? ("tree" as const) : ("data" as const),
    id: hex() as BlobId,
    offset: i,
    length: 40,
    uncompressedLength: 0,
  }));
  const [kept, gone] = [hex() as PackId, hex() as PackId];
  const index = new BlobIndex();
  index.addPack(kept, blobs.slice(0, 2000));
  index.addPack(gone, blobs.slice(2000));
  const words = new IdWords();
  const lackedBy = (known: KnownBlobs): number[] =>
    blobs.map(({ id, type }) => known.claim(words.ofHex(id), 0, type === "tree" ? treeFlag : 0, 0b11));
  const whole = KnownBlobs.allocate(blobs.length);
  whole.addIndex(index, 0b10, new Set());
  assert.deepEqual(new Set(lackedBy(whole)), new Set([0b01]));
  assert.ok(whole.room > 0);
  assert.deepEqual(new Set(lackedBy(whole)), new Set([0]), "claimed once");
  const elsewhere = KnownBlobs.of(whole.memory);
  assert.deepEqual(new Set(lackedBy(elsewhere)), new Set([0]), "what another thread knows, index included");
  const part = KnownBlobs.allocate(10);
  part.addIndex(index, 0b01, new Set([gone]));
  part.addIndex(index, 0b10, new Set());
  const lacked = lackedBy(part);
  assert.deepEqual(new Set(lacked.slice(0, 2000)), new Set([0]));
  assert.deepEqual(new Set(lacked.slice(2000)), new Set([0b01]));
  assert.equal(index.lookup("data", blobs[1]?.id ?? ("" as BlobId))?.offset, 1);
});

test("threads that meet the same blobs at once claim each of them once", async () => {
  const [threads, count] = [3, 20_000];
  const known = KnownBlobs.allocate(2 * count);
  const ids = new Int32Array(new SharedArrayBuffer(count * 32));
  ids.set(idsOf(count));
  const start = new Int32Array(new SharedArrayBuffer(4));
  // each thread goes through all of the ids, from another place on, and tells which it got
  const script = `
    import { workerData, parentPort } from "node:worker_threads";
    const { memory, ids, start, from, count } = workerData;
    const { KnownBlobs } = await import(${JSON.stringify(new URL("./known-blobs.ts", import.meta.url).href)});
    const known = KnownBlobs.of(memory);
    parentPort.postMessage("ready");
    Atomics.wait(start, 0, 0);
    const mine = [];
    for (let i = 0; i < count; i++) {
      const blob = (from + i) % count;
      if (known.claim(ids, blob * 8, 0, 1) === 1) mine.push(blob);
    }
    parentPort.postMessage(mine);`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(script)}`);
  const workers = Array.from({ length: threads }, (_, i) => {
    const workerData = { memory: known.memory, ids, start, from: i * 7, count };
    return new Worker(url, { workerData });
  });
  const messages = workers.map((worker) => {
    const seen: unknown[] = [];
    return new Promise<{ ready: Promise<void>; mine: Promise<number[]> }>((resolve) => {
      const ready = Promise.withResolvers<void>();
      const mine = Promise.withResolvers<number[]>();
      worker.on("error", (error) => {
        ready.reject(error);
        mine.reject(error);
      });
      worker.on("message", (message: unknown) => {
        if (seen.push(message) === 1) ready.resolve();
        else mine.resolve(message as number[]);
      });
      resolve({ ready: ready.promise, mine: mine.promise });
    });
  });
  const started = await Promise.all(messages);
  await Promise.all(started.map(({ ready }) => ready));
  Atomics.store(start, 0, 1);
  Atomics.notify(start, 0);
  const claimed = (await Promise.all(started.map(({ mine }) => mine))).flat();
  await Promise.all(workers.map((worker) => worker.terminate()));
  assert.equal(claimed.length, count);
  assert.equal(new Set(claimed).size, count);
});
