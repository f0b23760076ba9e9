import assert from "node:assert/strict";
import { it } from "node:test";
import { cheapKdf, testActor } from "../../tests/support/actor.ts";
import { isObhutError } from "../base/errors.ts";
import { fileOf } from "../storage/contract/storage-contract.ts";
import { MemoryStorage, type MemoryStorageOptions } from "../storage/memory/memory-storage.ts";
import { initRepository } from "./init-repository.ts";
import { openRepository } from "./open-repository.ts";
import type { Repository } from "./repository.ts";

const actor = testActor();
const init = (storage: MemoryStorage, password = "right"): Promise<Repository> =>
  initRepository(storage, { password, actor, kdf: cheapKdf });

it("opens what init made, and nothing is written on open", async () => {
  const storage = new MemoryStorage();
  const made = await init(storage);
  const before = [...storage.files.keys()];
  const opened = await openRepository(storage, "right", actor);
  assert.deepEqual(opened.config, made.config);
  assert.equal(opened.config.version, 2);
  assert.deepEqual([...storage.files.keys()], before);
});

it("says that the password is wrong, that nothing is there, that something is there already", async () => {
  const storage = new MemoryStorage();
  await assert.rejects(openRepository(storage, "x", actor), (e) => isObhutError(e, "REPOSITORY_MISSING"));
  await init(storage);
  await assert.rejects(openRepository(storage, "wrong", actor), (e) => isObhutError(e, "PASSWORD_WRONG"));
  await assert.rejects(init(storage), (e) => isObhutError(e, "REPOSITORY_EXISTS"));
});

it("never makes a repository on top of one that lost its config", async () => {
  for (const type of ["data", "index", "snapshots"] as const) {
    const storage = new MemoryStorage();
    await storage.save(fileOf(type, "left"), new Uint8Array(1));
    await assert.rejects(init(storage), (e) => isObhutError(e, "REPOSITORY_EXISTS"));
    assert.equal(storage.files.size, 1);
  }
});

it("an init that dies at any write can be repeated, with the same password or another", async () => {
  for (const again of ["right", "other"]) {
    for (let k = 1; k <= 2; k++) {
      const dying = new MemoryStorage(failSave(k));
      await assert.rejects(init(dying), /planted/);
      const storage = new MemoryStorage();
      for (const [name, bytes] of dying.files) storage.files.set(name, bytes);
      await init(storage, again);
      await openRepository(storage, again, actor);
    }
  }
});

it("of two inits at once one wins, and its password opens", async () => {
  const storage = new MemoryStorage();
  const results = await Promise.allSettled([init(storage, "a"), init(storage, "b")]);
  const winner = results[0].status === "fulfilled" ? "a" : "b";
  assert.equal(results.filter((r) => r.status === "fulfilled").length, 1);
  await openRepository(storage, winner, actor);
  await assert.rejects(openRepository(storage, winner === "a" ? "b" : "a", actor), (e) =>
    isObhutError(e, "PASSWORD_WRONG"),
  );
});

it("passes over a damaged key while another opens; else says what is damaged", async () => {
  const storage = new MemoryStorage();
  const repo = await init(storage);
  storage.files.set(`keys/${"0".repeat(64)}`, new TextEncoder().encode("{}"));
  await openRepository(storage, "right", actor);
  storage.files.delete(`keys/${repo.keyId}`);
  await assert.rejects(openRepository(storage, "right", actor), (e) => isObhutError(e, "OBJECT_DAMAGED"));
});

it("a damaged config opens with no password", async () => {
  const storage = new MemoryStorage();
  await init(storage);
  const config = storage.files.get("config") ?? assert.fail();
  config[20] = (config[20] ?? 0) ^ 1;
  await assert.rejects(openRepository(storage, "right", actor), (e) => isObhutError(e, "OBJECT_DAMAGED"));
});

function failSave(k: number): MemoryStorageOptions {
  let saves = 0;
  return {
    before: (call) => {
      if (call === "save" && ++saves === k) throw new Error("planted");
    },
  };
}
