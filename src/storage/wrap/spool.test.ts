import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileOf, testStorageContract } from "../contract/storage-contract.ts";
import { MemoryStorage, type MemoryStorageOptions } from "../memory/memory-storage.ts";
import { type SpooledStorage, type SpoolOptions, spooled } from "./spool.ts";

interface Made extends AsyncDisposable {
  readonly storage: SpooledStorage;
  readonly inner: MemoryStorage;
  readonly folder: string;
}

async function makeSpool(options: Partial<SpoolOptions> & Pick<MemoryStorageOptions, "before"> = {}): Promise<Made> {
  const folder = await mkdtemp(join(tmpdir(), "obhut-spool-test-"));
  const { before, ...rest } = options;
  const inner = new MemoryStorage(before ? { before } : {});
  const storage = spooled(inner, { folder, maxBytes: 1 << 20, ...rest });
  const dispose = async (): Promise<void> => {
    await storage.close();
    await rm(folder, { recursive: true });
  };
  return { storage, inner, folder, [Symbol.asyncDispose]: dispose };
}

testStorageContract("spool", makeSpool);

it("save returns while the storage is slow; an index waits for its packs", async () => {
  const gate = Promise.withResolvers<void>();
  await using made = await makeSpool({
    before: (call, file) => (call === "save" && file?.type === "data" ? gate.promise : undefined),
  });
  for (const seed of ["a", "b", "c"]) await made.storage.save(fileOf("data", seed), new Uint8Array(1000));
  let indexed = false;
  const index = made.storage.save(fileOf("index", "i"), new Uint8Array(1)).then(() => {
    indexed = true;
  });
  await sleep(20);
  assert.equal(indexed, false);
  assert.equal(made.inner.files.size, 0);
  gate.resolve();
  await index;
  assert.equal(made.inner.files.size, 4);
});

it("a lock does not wait for packs", async () => {
  const gate = Promise.withResolvers<void>();
  await using made = await makeSpool({
    before: (call, file) => (call === "save" && file?.type === "data" ? gate.promise : undefined),
  });
  await made.storage.save(fileOf("data", "a"), new Uint8Array(1000));
  await made.storage.save(fileOf("locks", "l"), new Uint8Array(1));
  assert.equal(made.inner.files.size, 1);
  gate.resolve();
});

it("a full spool makes save wait, says so, and goes on when there is room", async () => {
  const gate = Promise.withResolvers<void>();
  const said: boolean[] = [];
  await using made = await makeSpool({
    maxBytes: 2500,
    onWaiting: (waiting) => said.push(waiting),
    before: (call) => (call === "save" ? gate.promise : undefined),
  });
  await made.storage.save(fileOf("data", "1"), new Uint8Array(1000));
  await made.storage.save(fileOf("data", "2"), new Uint8Array(1000));
  const third = made.storage.save(fileOf("data", "3"), new Uint8Array(1000));
  await sleep(20);
  assert.deepEqual(said, [true]);
  gate.resolve();
  await third;
  await made.storage.drain();
  assert.deepEqual(said, [true, false]);
  assert.equal(made.inner.files.size, 3);
});

it("what never fits, and a disk without room, go straight to the storage", async () => {
  await using small = await makeSpool({ maxBytes: 10 });
  await small.storage.save(fileOf("data", "big"), new Uint8Array(1000));
  assert.equal(small.inner.files.size, 1);
  await using full = await makeSpool({ freeBytes: async () => 1000 });
  await full.storage.save(fileOf("data", "big"), new Uint8Array(1000));
  assert.equal(full.inner.files.size, 1);
});

it("a failed upload fails drain, the next save and the index; nothing is claimed", async () => {
  await using made = await makeSpool({
    before: (call, file) => {
      if (call === "save" && file?.type === "data") throw new Error("no network");
    },
  });
  await made.storage.save(fileOf("data", "1"), new Uint8Array(1000));
  await assert.rejects(made.storage.drain(), /no network/);
  await assert.rejects(made.storage.save(fileOf("data", "2"), new Uint8Array(1000)), /no network/);
  await assert.rejects(made.storage.save(fileOf("index", "i"), new Uint8Array(1)), /no network/);
  assert.equal(made.inner.files.size, 0);
});

it("close leaves nothing in the folder, and a spool that died long ago is cleared", async () => {
  const made = await makeSpool();
  const dead = join(made.folder, "obhut-spool-dead");
  await mkdir(dead);
  await utimes(dead, 1000, 1000);
  await made.storage.save(fileOf("data", "1"), new Uint8Array(1000));
  await made.storage.close();
  assert.deepEqual(await readdir(made.folder), []);
  await made[Symbol.asyncDispose]();
});
