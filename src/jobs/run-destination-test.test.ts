import assert from "node:assert/strict";
import { it } from "node:test";
import { memoryDestination, memoryParts } from "../../tests/support/memory-parts.ts";
import { systemClock } from "../base/clock.ts";
import { isObhutError, ObhutError } from "../base/errors.ts";
import type { Reason } from "../base/reason-codes.ts";
import { fileOf } from "../storage/contract/storage-contract.ts";
import { MemoryStorage } from "../storage/memory/memory-storage.ts";
import type { Storage } from "../storage/storage.ts";
import { type DestinationStep, destinationSteps, runDestinationTest } from "./run-destination-test.ts";

async function tried(
  storage: MemoryStorage,
  onStep: (step: DestinationStep) => void = () => undefined,
): ReturnType<typeof runDestinationTest> {
  const { signal } = new AbortController();
  return await runDestinationTest(memoryDestination, memoryParts(storage, systemClock), { signal, onStep });
}

it("a good place: every step, speeds, and nothing stays", async () => {
  const storage = new MemoryStorage();
  const steps: DestinationStep[] = [];
  const summary = await tried(storage, (step) => steps.push(step));
  assert.deepEqual(steps, destinationSteps);
  assert.ok((summary.writeBytesPerSecond ?? 0) > 0 && (summary.readBytesPerSecond ?? 0) > 0);
  assert.deepEqual([summary.repository, summary.removes, summary.left], [false, true, []]);
  assert.equal(storage.files.size, 0);
});

it("a repository that is there stays as it is", async () => {
  let created = 0;
  const storage = new MemoryStorage({
    before: (call) => {
      if (call === "create") created += 1;
    },
  });
  await storage.save(fileOf("config", ""), new Uint8Array(5));
  await storage.save(fileOf("data", "x"), new Uint8Array(7));
  assert.equal((await tried(storage)).repository, true);
  assert.equal(storage.files.size, 2);
  assert.equal(created, 0);
});

it("a place that removes nothing keeps one small file, and its name is told", async () => {
  const denied = new ObhutError("STORAGE_DENIED", { location: "memory", action: "remove", reason: "403" });
  const storage = new MemoryStorage({
    before: (call) => {
      if (call === "remove") throw denied;
    },
  });
  const { removes, left, writeBytesPerSecond } = await tried(storage);
  assert.deepEqual([removes, writeBytesPerSecond], [false, undefined]);
  assert.deepEqual(
    [...storage.files.keys()],
    left.map((name) => `data/${name}`),
  );
  assert.deepEqual(
    [...storage.files.values()].map(({ length }) => length),
    [1024],
  );
});

it("a place that does other than it says is named, and cleared", async () => {
  const broken: Record<string, (storage: MemoryStorage) => Partial<Storage>> = {
    placeReadsOther: (inner) => {
      const load = inner.load.bind(inner);
      return { load: async (file, range) => (await load(file, range)).fill(0) };
    },
    placeListsOther: () => ({ list: async function* () {} }),
    placeRemovesNothing: (inner) => {
      const list = inner.list.bind(inner);
      const seen = new Map<string, number>();
      return {
        list: async function* (type) {
          for await (const { name, sizeBytes } of list(type)) seen.set(name, sizeBytes);
          for (const [name, sizeBytes] of seen) yield { name, sizeBytes };
        },
      };
    },
  };
  for (const [code, breaking] of Object.entries(broken)) {
    const storage = new MemoryStorage();
    Object.assign(storage, breaking(storage));
    const isNamed = (e: unknown): boolean =>
      isObhutError(e, "DESTINATION_UNFIT") && (e.params.reason as unknown as Reason).code === code;
    await assert.rejects(tried(storage), isNamed, code);
    assert.equal(storage.files.size, 0, code);
  }
});

it("a failure in the middle is the place's own, and what was written is cleared", async () => {
  let saves = 0;
  const storage = new MemoryStorage({
    before: (call) => {
      saves += call === "save" ? 1 : 0;
      if (call === "save" && saves > 3) throw new ObhutError("STORAGE_FULL", { location: "memory", reason: "full" });
    },
  });
  const steps: DestinationStep[] = [];
  await assert.rejects(
    tried(storage, (step) => steps.push(step)),
    (e) => isObhutError(e, "STORAGE_FULL"),
  );
  assert.deepEqual(steps, ["reach", "prepare", "write", "read", "list"]);
  assert.equal(storage.files.size, 0);
});
