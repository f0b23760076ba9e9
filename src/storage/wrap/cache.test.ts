import assert from "node:assert/strict";
import { chmod, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { cacheScene, namedFile, repositoryId } from "../../../tests/support/cache-scene.ts";
import { bytesOfSeed } from "../../../tests/support/odd-folder.ts";
import { tempFolder } from "../../../tests/support/temp-folder.ts";
import { isObhutError } from "../../base/errors.ts";
import type { Finding } from "../../base/finding-codes.ts";
import { MiB } from "../../base/limits.ts";
import { fileOf, testStorageContract } from "../contract/storage-contract.ts";
import { MemoryStorage } from "../memory/memory-storage.ts";
import type { StorageFile } from "../storage.ts";
import { cached } from "./cache.ts";

testStorageContract("memory behind a cache", async () => {
  const folder = await tempFolder("cache");
  const options = { folder: folder.path, repository: repositoryId, onNote: failOnNote, nowMs: Date.now };
  return { storage: cached(new MemoryStorage(), options), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
});

function failOnNote(note: Finding): void {
  assert.fail(JSON.stringify(note));
}

const packBytes = bytesOfSeed(7, 2 * MiB + 12_345);
const pack: StorageFile = { ...namedFile("data", packBytes), holds: "trees" };

it("whole files come from the place once, and from the folder ever after", async () => {
  await using made = await cacheScene();
  const bytes = bytesOfSeed(1, 5000);
  for (const type of ["index", "snapshots"] as const) {
    const file = namedFile(type, bytes);
    await made.place.save(file, bytes);
    for (const times of [1, 0]) {
      const loaded = await made.open().load(file);
      assert.deepEqual(Buffer.compare(loaded, bytes), 0);
      assert.equal(loaded.buffer.byteLength, bytes.length, "the buffer must be the caller's own");
      assert.equal(made.asked().length, times);
    }
  }
  assert.deepEqual(made.notes, []);
});

it("what is saved is there for the next run, and what is removed is not", async () => {
  await using made = await cacheScene();
  const bytes = bytesOfSeed(2, 100);
  const index = namedFile("index", bytes);
  const storage = made.open();
  await storage.save(index, bytes);
  await storage.save(pack, packBytes);
  assert.equal((await made.open().load(index)).length, 100);
  await made.open().load(pack, { offset: 5, length: 2 * MiB });
  assert.deepEqual(made.asked(), []);
  await storage.remove(index);
  await storage.remove(pack);
  await assert.rejects(made.open().load(index), (error) => isObhutError(error, "STORAGE_FILE_MISSING"));
  await assert.rejects(made.open().load(pack, { offset: 5, length: 9 }), (error) =>
    isObhutError(error, "STORAGE_FILE_MISSING"),
  );
});

it("a pack of trees comes in stretches; every range of it is right, and errors are the place's own", async () => {
  await using made = await cacheScene();
  await made.place.save(pack, packBytes);
  const ranges = [
    [MiB - 3, 6],
    [0, 10],
    [2 * MiB, 12_345],
    [5, 2 * MiB],
    [0, packBytes.length],
    [700, 0],
  ] as const;
  for (const times of ["fetched", "kept"]) {
    const storage = made.open();
    for (const [offset, length] of ranges) {
      const loaded = await storage.load(pack, { offset, length });
      assert.equal(Buffer.compare(loaded, packBytes.subarray(offset, offset + length)), 0);
      assert.equal(loaded.buffer.byteLength, length);
    }
    assert.equal(made.asked().length, times === "fetched" ? 2 : 0);
  }
  for (const [offset, length] of [
    [packBytes.length, 1],
    [packBytes.length - 1, 2],
    [0, packBytes.length + 1],
    [9 * MiB, 1],
  ] as const) {
    await assert.rejects(made.open().load(pack, { offset, length }), (e) => isObhutError(e, "STORAGE_SHORT_READ"));
  }
});

it("trees that are asked for at once are fetched once", async () => {
  await using made = await cacheScene();
  await made.place.save(pack, packBytes);
  const storage = made.open();
  const loads = Array.from({ length: 20 }, (_, i) => storage.load(pack, { offset: i * 1000, length: 1000 }));
  for (const [i, bytes] of (await Promise.all(loads)).entries()) {
    assert.equal(Buffer.compare(bytes, packBytes.subarray(i * 1000, (i + 1) * 1000)), 0);
  }
  assert.equal(made.asked().length, 1);
});

it("one who stops does not take others along who wait for the same stretch", async () => {
  await using made = await cacheScene();
  await made.place.save(pack, packBytes);
  const storage = made.open();
  const stopping = new AbortController();
  const first = storage.load(pack, { offset: 0, length: 10 }, stopping.signal);
  const second = storage.load(pack, { offset: 20, length: 10 });
  stopping.abort(new Error("enough"));
  await first.catch(() => undefined);
  assert.equal(Buffer.compare(await second, packBytes.subarray(20, 30)), 0);
});

it("locks, keys, the config and packs of data are never kept", async () => {
  await using made = await cacheScene();
  const storage = made.open();
  const bytes = bytesOfSeed(3, 50);
  for (const type of ["locks", "keys", "data"] as const) {
    await storage.save(namedFile(type, bytes), bytes);
    await storage.load(namedFile(type, bytes));
  }
  await storage.save(fileOf("config", ""), bytes);
  await storage.load(fileOf("config", ""));
  await storage.close();
  assert.deepEqual(await readdir(made.root), []);
});

it("a damaged or cut-off copy is dropped, read from the place again, and said", async () => {
  await using made = await cacheScene();
  const bytes = bytesOfSeed(4, 5000);
  const file = namedFile("index", bytes);
  await made.open().save(file, bytes);
  const path = join(made.own, "index", file.name);
  for (const harm of [flip, (kept: Uint8Array) => kept.subarray(0, 99), () => new Uint8Array(0)]) {
    await writeFile(path, harm(await readFile(path)));
    assert.equal(Buffer.compare(await made.open().load(file), bytes), 0);
    assert.deepEqual(
      made.notes.splice(0).map(({ code }) => code),
      ["CACHE_DAMAGED"],
    );
    assert.equal(Buffer.compare(await readFile(path), bytes), 0);
  }
});

function flip(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => (index === bytes.length - 40 ? byte ^ 1 : byte));
}

it("what the place lists no more is dropped; a listing that is broken off drops nothing", async () => {
  await using made = await cacheScene();
  const kept: StorageFile[] = [];
  for (const type of ["index", "snapshots"] as const) {
    for (const seed of [11, 12]) {
      const bytes = bytesOfSeed(seed, 30);
      await made.open().save(namedFile(type, bytes), bytes);
      kept.push(namedFile(type, bytes));
    }
  }
  await made.open().save(pack, packBytes);
  for (const { type, name } of [...kept.filter((_, i) => i % 2 === 0), pack])
    made.place.files.delete(`${type}/${name}`);
  for await (const _ of made.open().list("index")) break;
  assert.equal((await readdir(join(made.own, "index"))).length, 2);
  for (const type of ["index", "snapshots", "data"] as const) await Array.fromAsync(made.open().list(type));
  const left = kept.filter((_, i) => i % 2 === 1);
  assert.deepEqual(await readdir(join(made.own, "index")), [left[0]?.name]);
  assert.deepEqual(await readdir(join(made.own, "snapshots")), [left[1]?.name]);
  assert.deepEqual(await readdir(join(made.own, "data")), []);
});

it("all of it may be removed while it is used", async () => {
  await using made = await cacheScene();
  const files = await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      const bytes = bytesOfSeed(100 + i, 3000);
      await made.place.save(namedFile("index", bytes), bytes);
      return { file: namedFile("index", bytes), bytes };
    }),
  );
  await made.place.save(pack, packBytes);
  const storage = made.open();
  let done = false;
  const removing = (async () => {
    while (!done) await rm(made.root, { recursive: true, force: true }).catch(() => undefined);
  })();
  try {
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        files.map(async ({ file, bytes }) => assert.equal(Buffer.compare(await storage.load(file), bytes), 0)),
      );
      assert.equal((await storage.load(pack, { offset: MiB - 5, length: 10 })).length, 10);
      await Array.fromAsync(storage.list("index"));
    }
  } finally {
    done = true;
    await removing;
  }
  await storage.close();
  assert.deepEqual(made.notes, []);
});

it("the last of a disk is left alone", async () => {
  await using made = await cacheScene({ freeBytes: async () => 100 * MiB });
  const storage = made.open();
  await storage.save(pack, packBytes);
  await storage.save(pack, packBytes);
  assert.deepEqual(made.notes.length, 1);
  assert.deepEqual(await readdir(made.own), ["CACHEDIR.TAG"]);
});

it("is for its owner alone, tagged, and marked as used when a run ends", async () => {
  await using made = await cacheScene();
  await made.open().save(pack, packBytes);
  for (const folder of [made.own, join(made.own, "data"), join(made.own, "data", pack.name)]) {
    assert.equal((await stat(folder)).mode & 0o777, 0o700, folder);
  }
  assert.equal((await stat(join(made.own, "data", pack.name, "0"))).mode & 0o777, 0o600);
  const tag = join(made.own, "CACHEDIR.TAG");
  assert.match(await readFile(tag, "utf8"), /^Signature: 8a477f597d28d172789f06886806bc55\n/);
  await utimes(tag, 1, 1);
  await made.open().close();
  assert.ok((await stat(tag)).mtimeMs > 1e12);
});

it("stays within its bound", async () => {
  await using made = await cacheScene({ maxBytes: 3 * MiB });
  for (const seed of [21, 22, 23]) {
    const bytes = bytesOfSeed(seed, 3 * MiB);
    const storage = made.open();
    await storage.save({ ...namedFile("data", bytes), holds: "trees" }, bytes);
    await storage.close();
  }
  const packs = await readdir(join(made.own, "data"));
  const sizes = await Promise.all(packs.map(async (name) => (await readdir(join(made.own, "data", name))).length));
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= 3, `${sizes}`);
});

it("a folder that may not be written to is read nevertheless", async () => {
  await using made = await cacheScene();
  const bytes = bytesOfSeed(31, 10);
  await made.open().save(namedFile("index", bytes), bytes);
  await chmod(made.own, 0o500);
  await made.open().load(namedFile("index", bytes));
  assert.deepEqual(made.asked(), []);
  await chmod(made.own, 0o700);
});
