/**
 * What every storage must do, as tests. A storage's own test calls `testStorageContract` with a way to make an empty one;
 * what only that storage does (modes, temporary files, retries) is tested beside it.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { isObhutError } from "../../base/errors.ts";
import { MiB } from "../../base/limits.ts";
import { directSlackBytes, pageMemory } from "../../host/direct-io.ts";
import { loadInto } from "../load-into.ts";
import { fileTypes, type Storage, type StorageFile, type StoredFile } from "../storage.ts";

export interface StorageUnderTest extends AsyncDisposable {
  readonly storage: Storage;
}

/** `make` gives a storage whose place is empty and where `create` was not called yet. */
export function testStorageContract(name: string, make: () => Promise<StorageUnderTest>): void {
  describe(`${name} keeps the storage contract`, () => {
    it("create can be repeated and keeps what is there", async () => {
      await using made = await createdStorage(make);
      const file = fileOf("keys", "k");
      await made.storage.save(file, text("key"));
      await made.storage.create();
      assert.deepEqual(await made.storage.load(file), text("key"));
    });

    it("gives back what was saved, of every type and of sizes 0, 1 and many", async () => {
      await using made = await createdStorage(make);
      for (const type of fileTypes) {
        for (const length of type === "config" ? [155] : [0, 1, 100_003]) {
          const bytes = pattern(length);
          const file = fileOf(type, `${type}${length}`);
          await made.storage.save(file, bytes);
          const back = await made.storage.load(file);
          assert.deepEqual(Buffer.compare(back, bytes), 0);
          assert.equal(back.byteOffset, 0);
          assert.equal(back.buffer.byteLength, length, "the buffer must be the caller's own");
          assert.equal(await made.storage.sizeOf(file), length);
        }
      }
    });

    it("reads ranges, and never less than asked for", async () => {
      await using made = await createdStorage(make);
      const file = fileOf("data", "ranges");
      const bytes = pattern(1000);
      await made.storage.save(file, bytes);
      for (const [offset, length] of [
        [0, 1],
        [0, 1000],
        [10, 90],
        [999, 1],
        [500, 0],
      ] as const) {
        const back = await made.storage.load(file, { offset, length });
        assert.equal(Buffer.compare(back, bytes.subarray(offset, offset + length)), 0);
        assert.equal(back.buffer.byteLength, length);
        const memory = new Uint8Array(new SharedArrayBuffer(1010));
        const part = await made.storage.loadInto?.({ file, range: { offset, length } }, memory);
        if (part === undefined) continue;
        assert.equal(part.buffer, memory.buffer);
        assert.equal(Buffer.compare(part, back), 0);
      }
      for (const [offset, length] of [
        [0, 1001],
        [999, 2],
        [1000, 1],
        [5000, 10],
      ] as const) {
        const isShort = (e: unknown): boolean => isObhutError(e, "STORAGE_SHORT_READ");
        await assert.rejects(made.storage.load(file, { offset, length }), isShort);
        const memory = new Uint8Array(new SharedArrayBuffer(length));
        const into = made.storage.loadInto?.({ file, range: { offset, length } }, memory);
        if (into !== undefined) await assert.rejects(into, isShort);
      }
    });

    it("reads large ranges, wherever they begin and end, and never less than asked for", async () => {
      await using made = await createdStorage(make);
      const file = fileOf("data", "large ranges");
      const bytes = pattern(3 * MiB + 1234);
      await made.storage.save(file, bytes);
      const memory = new Uint8Array(pageMemory(bytes.length + directSlackBytes));
      for (const [offset, length] of [
        [0, bytes.length],
        [1, 2 * MiB],
        [4096, 2 * MiB],
        [5000, bytes.length - 5000],
      ] as const) {
        const part = await loadInto(made.storage, { file, range: { offset, length } }, memory);
        assert.equal(part.buffer, memory.buffer);
        assert.equal(Buffer.compare(part, bytes.subarray(offset, offset + length)), 0);
      }
      const tooMuch = loadInto(made.storage, { file, range: { offset: 5000, length: bytes.length - 4999 } }, memory);
      await assert.rejects(tooMuch, (e) => isObhutError(e, "STORAGE_SHORT_READ"));
    });

    it("names a file that is not there", async () => {
      await using made = await createdStorage(make);
      for (const type of fileTypes) {
        const file = fileOf(type, "absent");
        await assert.rejects(made.storage.load(file), (e) => isObhutError(e, "STORAGE_FILE_MISSING"));
        assert.equal(await made.storage.sizeOf(file), undefined);
        await made.storage.remove(file);
      }
    });

    it("never replaces the config", async () => {
      await using made = await createdStorage(make);
      const config = fileOf("config", "");
      await made.storage.save(config, text("first"));
      for (const other of ["first", "other", "longer than the first"]) {
        await assert.rejects(made.storage.save(config, text(other)), (e) => isObhutError(e, "STORAGE_FILE_EXISTS"));
      }
      assert.deepEqual(await made.storage.load(config), text("first"));
    });

    it("of many configs saved at once exactly one wins, whole", async () => {
      await using made = await createdStorage(make);
      const config = fileOf("config", "");
      const saves = Array.from({ length: 8 }, (_, i) => made.storage.save(config, pattern(500 + i)));
      const won = (await Promise.allSettled(saves)).flatMap((r, i) => (r.status === "fulfilled" ? [i] : []));
      assert.equal(won.length, 1);
      assert.equal(await made.storage.sizeOf(config), 500 + (won[0] ?? 0));
    });

    it("saving the same file again is a success, also at once; a truncated one is made whole", async () => {
      await using made = await createdStorage(make);
      const file = fileOf("data", "same");
      await Promise.all([1, 2, 3].map(() => made.storage.save(file, pattern(5000))));
      await made.storage.save(file, pattern(5000));
      assert.equal(Buffer.compare(await made.storage.load(file), pattern(5000)), 0);
      const cut = fileOf("data", "cut");
      await made.storage.save(cut, pattern(10));
      await made.storage.save(cut, pattern(20));
      assert.equal(Buffer.compare(await made.storage.load(cut), pattern(20)), 0);
    });

    it("lists what is there with sizes, each type by itself", async () => {
      await using made = await createdStorage(make);
      for (const type of fileTypes) assert.deepEqual(await listed(made.storage, type), []);
      for (const type of fileTypes) {
        const files = type === "config" ? [fileOf(type, "")] : [1, 2, 3].map((n) => fileOf(type, `${type} ${n}`));
        for (const [i, file] of files.entries()) await made.storage.save(file, pattern(i + 7));
        const expected = files.map((file, i) => ({ name: file.name, sizeBytes: i + 7 }));
        assert.deepEqual(await listed(made.storage, type), sorted(expected));
      }
    });

    it("removes, and removing twice is a success", async () => {
      await using made = await createdStorage(make);
      for (const type of fileTypes) {
        const file = fileOf(type, "gone");
        await made.storage.save(file, text("x"));
        await made.storage.remove(file);
        await made.storage.remove(file);
        assert.equal(await made.storage.sizeOf(file), undefined);
        assert.deepEqual(await listed(made.storage, type), []);
      }
    });

    it("an aborted signal stops it before it does anything", async () => {
      await using made = await createdStorage(make);
      const file = fileOf("data", "aborted");
      const signal = AbortSignal.abort(new Error("stop"));
      await assert.rejects(made.storage.save(file, text("x"), signal), /stop/);
      assert.equal(await made.storage.sizeOf(file), undefined);
      await assert.rejects(made.storage.load(file, undefined, signal), /stop/);
    });

    it("close can be repeated", async () => {
      await using made = await createdStorage(make);
      await made.storage.close();
      await made.storage.close();
    });
  });

  it(`${name}: a place where nothing was made holds no repository`, async () => {
    await using made = await make();
    assert.equal(await made.storage.sizeOf(fileOf("config", "")), undefined);
    await assert.rejects(made.storage.load(fileOf("config", "")), (e) => isObhutError(e, "STORAGE_FILE_MISSING"));
    for (const type of fileTypes) assert.deepEqual(await listed(made.storage, type), []);
  });
}

async function createdStorage(make: () => Promise<StorageUnderTest>): Promise<StorageUnderTest> {
  const made = await make();
  await made.storage.create();
  return made;
}

/** A file with an id of its own for each `seed`. */
export function fileOf(type: StorageFile["type"], seed: string): StorageFile {
  return { type, name: type === "config" ? "" : createHash("sha256").update(seed).digest("hex") };
}

async function listed(storage: Storage, type: StorageFile["type"]): Promise<StoredFile[]> {
  const found = await Array.fromAsync(storage.list(type));
  // Not every place knows when a file came; one that does says when it was, give or take a clock.
  for (const { modifiedMs = Date.now() } of found) assert.ok(Math.abs(Date.now() - modifiedMs) < 24 * 3_600_000);
  return sorted(found.map(({ name, sizeBytes }) => ({ name, sizeBytes })));
}

function sorted(files: StoredFile[]): StoredFile[] {
  return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}
