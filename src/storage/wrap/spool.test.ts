import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { tempFolder } from "../../../tests/support/temp-folder.ts";
import { isObhutError } from "../../base/errors.ts";
import { fileOf, testStorageContract } from "../contract/storage-contract.ts";
import { MemoryStorage, type MemoryStorageOptions } from "../memory/memory-storage.ts";
import { type SpooledStorage, spooled } from "./spool.ts";
import { SpoolRoom, type SpoolRoomOptions } from "./spool-room.ts";

interface Made extends AsyncDisposable {
  readonly storage: SpooledStorage;
  readonly inner: MemoryStorage;
  readonly room: SpoolRoom;
}

async function makeSpool(
  options: Partial<SpoolRoomOptions> & Pick<MemoryStorageOptions, "before"> = {},
): Promise<Made> {
  const folder = await tempFolder("spool-test");
  const { before, ...rest } = options;
  const inner = new MemoryStorage(before ? { before } : {});
  const room = new SpoolRoom({ folder: folder.path, maxBytes: 1 << 20, ...rest });
  const storage = spooled(inner, { room, uploads: 2 });
  const dispose = async (): Promise<void> => {
    await storage.close();
    await folder[Symbol.asyncDispose]();
  };
  return { storage, inner, room, [Symbol.asyncDispose]: dispose };
}

/** A gate that saves of packs wait at. */
function gated(): { readonly open: () => void } & Required<Pick<MemoryStorageOptions, "before">> {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { open: resolve, before: (call, file) => (call === "save" && file?.type === "data" ? promise : undefined) };
}

testStorageContract("spool", makeSpool);

it("save returns while the storage is slow; an index waits for its packs", async () => {
  const gate = gated();
  await using made = await makeSpool({ before: gate.before });
  for (const seed of ["a", "b", "c"]) await made.storage.save(fileOf("data", seed), new Uint8Array(1000));
  let indexed = false;
  const index = made.storage.save(fileOf("index", "i"), new Uint8Array(1)).then(() => {
    indexed = true;
  });
  await sleep(20);
  assert.equal(indexed, false);
  assert.equal(made.inner.files.size, 0);
  gate.open();
  await index;
  assert.equal(made.inner.files.size, 4);
});

it("a lock does not wait for packs", async () => {
  const gate = gated();
  await using made = await makeSpool({ before: gate.before });
  await made.storage.save(fileOf("data", "a"), new Uint8Array(1000));
  await made.storage.save(fileOf("locks", "l"), new Uint8Array(1));
  assert.equal(made.inner.files.size, 1);
  gate.open();
});

it("a full spool makes save wait, says so, and goes on when there is room", async () => {
  const gate = gated();
  const said: boolean[] = [];
  await using made = await makeSpool({ maxBytes: 2500, before: gate.before });
  made.room.onChange = () => {
    if (said.at(-1) !== made.room.isFull) said.push(made.room.isFull);
  };
  await made.storage.save(fileOf("data", "1"), new Uint8Array(1000));
  await made.storage.save(fileOf("data", "2"), new Uint8Array(1000));
  const third = made.storage.save(fileOf("data", "3"), new Uint8Array(1000));
  await sleep(20);
  assert.deepEqual(said, [false, true]);
  gate.open();
  await third;
  await made.storage.drain();
  assert.deepEqual([...said, made.room.usedBytes], [false, true, false, 0]);
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

it("of two storages with one room the fast one does not wait for the slow one", async () => {
  const gate = gated();
  await using slow = await makeSpool({ maxBytes: 2500, before: gate.before });
  const quick = new MemoryStorage();
  const beside = spooled(quick, { room: slow.room, uploads: 2 });
  await slow.storage.save(fileOf("data", "1"), new Uint8Array(1000));
  await slow.storage.save(fileOf("data", "2"), new Uint8Array(1000));
  for (const seed of ["1", "2", "3"]) await beside.save(fileOf("data", seed), new Uint8Array(1000));
  await beside.drain();
  assert.deepEqual([slow.inner.files.size, quick.files.size], [0, 3]);
  await beside.close();
  gate.open();
});

it("a pack that the disk changed is not uploaded", async () => {
  const gate = gated();
  await using made = await makeSpool({ before: gate.before });
  for (const seed of ["1", "2", "3"]) await made.storage.save(fileOf("data", seed), new Uint8Array(1000));
  for (const name of await readdir(made.room.folder))
    await writeFile(join(made.room.folder, name), Buffer.alloc(1000, 1));
  gate.open();
  await assert.rejects(made.storage.drain(), (error) => isObhutError(error, "STORAGE_FAILED"));
  assert.equal(made.inner.files.size, 2);
});

it("close leaves nothing in the folder, and drops what waits", async () => {
  const gate = gated();
  await using made = await makeSpool({ before: gate.before });
  for (const seed of ["1", "2", "3"]) await made.storage.save(fileOf("data", seed), new Uint8Array(1000));
  const closing = made.storage.close();
  gate.open();
  await closing;
  assert.deepEqual(await readdir(made.room.folder), []);
  assert.ok(made.inner.files.size < 3);
});
