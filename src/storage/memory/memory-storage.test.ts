import assert from "node:assert/strict";
import { it } from "node:test";
import { fileOf, testStorageContract } from "../contract/storage-contract.ts";
import { MemoryStorage } from "./memory-storage.ts";

testStorageContract("memory", async () => ({
  storage: new MemoryStorage(),
  [Symbol.asyncDispose]: async () => undefined,
}));

it("a planted fault is what the call rejects with, and nothing is stored", async () => {
  let saves = 0;
  const storage = new MemoryStorage({
    before: (call) => {
      if (call === "save" && ++saves === 2) throw new Error("planted");
    },
  });
  await storage.save(fileOf("data", "1"), new Uint8Array(1));
  await assert.rejects(storage.save(fileOf("data", "2"), new Uint8Array(1)), /planted/);
  assert.equal(storage.files.size, 1);
});
