/** That the judges of the other tests catch what must never happen: each plants one wrong order of writes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Storage, StorageFile } from "../../../src/storage/storage.ts";
import { crashEverywhere } from "./crash-everywhere.ts";
import type { Operation, World } from "./operation.ts";
import { operations } from "./operations.ts";
import { memoryStage } from "./stage.ts";

/** Says at once that a pack is stored, and stores it when the next snapshot is there. */
function packsComeLast(inner: Storage): Storage {
  const waiting: (() => Promise<void>)[] = [];
  return wrapped(inner, {
    save: async (file, bytes, signal) => {
      const copy = Uint8Array.from(bytes);
      if (file.type === "data") {
        waiting.push(() => inner.save(file, copy));
        return;
      }
      await inner.save(file, bytes, signal);
      if (file.type === "snapshots") for (const save of waiting.splice(0)) await save();
    },
  });
}

/** Removes files when the first index without them is about to be written, as a prune or repair would that deletes too early. */
function filesGoFirst(inner: Storage, doomed: readonly StorageFile[]): Storage {
  return wrapped(inner, {
    save: async (file, bytes, signal) => {
      if (file.type === "index") for (const pack of doomed) await inner.remove(pack);
      await inner.save(file, bytes, signal);
    },
  });
}

function wrapped(inner: Storage, own: Partial<Storage>): Storage {
  return {
    location: inner.location,
    connections: inner.connections,
    create: () => inner.create(),
    save: (file, bytes, signal) => inner.save(file, bytes, signal),
    load: (file, range, signal) => inner.load(file, range, signal),
    sizeOf: (file) => inner.sizeOf(file),
    list: (type, signal) => inner.list(type, signal),
    remove: (file) => inner.remove(file),
    close: () => inner.close(),
    ...own,
  };
}

function withStorages(world: World, change: (storage: Storage) => Storage): World {
  const storages = new Map([...world.storages].map(([name, storage]) => [name, change(storage)] as const));
  const openStorage: World["parts"]["openStorage"] = async ({ written }) =>
    storages.get(written) ?? assert.fail(written);
  return { ...world, storages, parts: { ...world.parts, openStorage } };
}

async function caught(operation: Operation): Promise<string> {
  const options = { stage: memoryStage, faults: ["dies after"] as const };
  const error = await crashEverywhere(operation, options).then(
    () => assert.fail("the planted fault was not noticed"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Error && error.cause instanceof Error, String(error));
  return `${error.message}\n${error.cause.message}`;
}

function named(name: string): Operation {
  return operations.find((operation) => operation.name === name) ?? assert.fail(name);
}

test("a snapshot that is stored before its packs is caught", async () => {
  const backup = named("backup on top of others");
  const run = (world: World): Promise<unknown> => backup.run(withStorages(world, packsComeLast));
  assert.match(await caught({ ...backup, run }), /save snapshots|PACK_MISSING/);
});

test("a prune that removes packs before their new index is stored is caught", async () => {
  const prune = named("prune");
  const run = async (world: World): Promise<unknown> => {
    const storage = world.storages.get("a") ?? assert.fail();
    const packs = await Array.fromAsync(storage.list("data"));
    const doomed = packs.map(({ name }): StorageFile => ({ type: "data", name }));
    return await prune.run(withStorages(world, (one) => (one === storage ? filesGoFirst(one, doomed) : one)));
  };
  assert.match(await caught({ ...prune, run }), /PACK_MISSING/);
});

test("a repair that takes an index away before the new one is stored is caught", async () => {
  const repair = named("repair index");
  const run = async (world: World): Promise<unknown> => {
    const storage = world.storages.get("a") ?? assert.fail();
    const indexes = await Array.fromAsync(storage.list("index"));
    const doomed = indexes.map(({ name }): StorageFile => ({ type: "index", name }));
    return await repair.run(withStorages(world, (one) => (one === storage ? filesGoFirst(one, doomed) : one)));
  };
  assert.match(await caught({ ...repair, run }), /PACKS_NOT_INDEXED|TREE_DAMAGED/);
});
