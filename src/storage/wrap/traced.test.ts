import assert from "node:assert/strict";
import { it } from "node:test";
import { systemClock } from "../../base/clock.ts";
import { fileOf, testStorageContract } from "../contract/storage-contract.ts";
import { MemoryStorage } from "../memory/memory-storage.ts";
import { type TracedCall, traced } from "./traced.ts";

testStorageContract("traced", async () => {
  const storage = traced(new MemoryStorage(), { clock: systemClock, onCall: () => undefined });
  return { storage, [Symbol.asyncDispose]: () => storage.close() };
});

it("tells of each call, with its size, its time and how it ended", async () => {
  const calls: TracedCall[] = [];
  const storage = traced(new MemoryStorage(), { clock: systemClock, onCall: (call) => calls.push(call) });
  const file = fileOf("data", "a");
  await storage.save(file, new Uint8Array(1000));
  await storage.load(file, { offset: 0, length: 10 });
  await assert.rejects(storage.load(fileOf("data", "b")));
  await Array.fromAsync(storage.list("data"));
  assert.deepEqual(
    calls.map(({ call, bytes, error }) => [call, bytes, error]),
    [
      ["save", 1000, undefined],
      ["load", 10, undefined],
      ["load", undefined, "STORAGE_FILE_MISSING"],
      ["list", undefined, undefined],
    ],
  );
  assert.equal(calls[0]?.file, `data/${file.name}`);
  assert.ok(calls.every(({ ms }) => ms >= 0));
});
