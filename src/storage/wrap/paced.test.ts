import assert from "node:assert/strict";
import { it } from "node:test";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { Pace } from "../../base/pace.ts";
import { fileOf, testStorageContract } from "../contract/storage-contract.ts";
import { MemoryStorage } from "../memory/memory-storage.ts";
import { paced } from "./paced.ts";

testStorageContract("paced", async () => {
  const clock = { monotonicMs: () => 0, sleep: async () => undefined };
  const storage = paced(new MemoryStorage(), { upload: new Pace(10, clock), download: new Pace(10, clock) });
  return { storage, [Symbol.asyncDispose]: () => storage.close() };
});

it("each direction has its own pace, and what asks for no bytes does not wait", async () => {
  const clock = new FakeClock();
  const storage = paced(new MemoryStorage(), { upload: new Pace(1000, clock), download: new Pace(100, clock) });
  const files = ["a", "b", "c"].map((seed) => fileOf("data", seed));
  await clock.passUntil(Promise.all(files.map((file) => storage.save(file, new Uint8Array(1000)))));
  assert.equal(clock.monotonicMs(), 2_000);
  await clock.passUntil(Promise.all(files.map((file) => storage.load(file, { offset: 0, length: 100 }))));
  assert.equal(clock.monotonicMs(), 4_000);
  await clock.passUntil(Promise.all(files.map((file) => storage.sizeOf(file))));
  assert.equal(clock.monotonicMs(), 4_000);
});
