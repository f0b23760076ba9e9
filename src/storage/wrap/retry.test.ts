import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { it } from "node:test";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { isObhutError, ObhutError } from "../../base/errors.ts";
import type { Finding } from "../../base/finding-codes.ts";
import { fileOf, testStorageContract } from "../contract/storage-contract.ts";
import { MemoryStorage, type StorageCall } from "../memory/memory-storage.ts";
import type { FileType, Storage, StoredFile } from "../storage.ts";
import { retrying } from "./retry.ts";

const unreachable = (): ObhutError =>
  new ObhutError("STORAGE_UNREACHABLE", { location: "far", reason: "connection reset" });

interface Scene {
  readonly storage: Storage;
  readonly clock: FakeClock;
  readonly notes: Finding[];
}

function sceneOn(inner: Storage, clock = new FakeClock()): Scene {
  const notes: Finding[] = [];
  const storage = retrying(inner, { clock, random: () => 0.5, onNote: (note) => notes.push(note) });
  return { storage, clock, notes };
}

/** Fails the first `times` calls of that kind. */
function failing(call: StorageCall, times: number, error = unreachable): MemoryStorage {
  let left = times;
  return new MemoryStorage({
    before: (made) => {
      if (made === call && left-- > 0) throw error();
    },
  });
}

let turn = 0;
testStorageContract("retrying", async () => {
  // Every third call fails once; but of a config saved twice nobody could say whose it is.
  const inner = new MemoryStorage({
    before: (call, file) => {
      if (call === "save" && file?.type === "config") return;
      turn += 1;
      if (turn % 3 === 0) throw unreachable();
    },
  });
  const clock = { monotonicMs: () => 0, sleep: async () => undefined };
  const storage = retrying(inner, { clock, random: Math.random, onNote: () => undefined });
  return { storage, [Symbol.asyncDispose]: () => storage.close() };
});

it("what fails is tried again after pauses that grow, and a person is told of long ones", async () => {
  const { storage, clock, notes } = sceneOn(failing("save", 6));
  await storage.sizeOf(fileOf("config", ""));
  const saving = storage.save(fileOf("data", "x"), new Uint8Array(3), new AbortController().signal);
  await clock.passUntil(saving);
  assert.equal(clock.monotonicMs(), 63_000, "1 + 2 + 4 + 8 + 16 + 32 s");
  assert.deepEqual(
    notes.map(({ code, params }) => [code, (params as Record<string, unknown>)["seconds"]]),
    [8, 16, 32].map((seconds) => ["STORAGE_RETRIED", seconds]),
  );
});

it("after a quarter of an hour the failure itself is what the call ends with", async () => {
  const { storage, clock } = sceneOn(failing("load", 1e6));
  await storage.sizeOf(fileOf("config", ""));
  const loading = storage.load(fileOf("data", "x"), undefined, new AbortController().signal);
  loading.catch(() => undefined);
  await clock.passUntil(loading);
  await assert.rejects(loading, (e) => isObhutError(e, "STORAGE_UNREACHABLE"));
  assert.ok(clock.monotonicMs() > 13 * 60_000 && clock.monotonicMs() <= 15 * 60_000, String(clock.monotonicMs()));
});

it("a place that never answered is given up soon", async () => {
  const { storage, clock } = sceneOn(failing("sizeOf", 1e6));
  const asking = storage.sizeOf(fileOf("config", ""));
  asking.catch(() => undefined);
  await clock.passUntil(asking);
  await assert.rejects(asking, (e) => isObhutError(e, "STORAGE_UNREACHABLE"));
  assert.equal(clock.monotonicMs(), 3_000);
});

it("a place that never answered and took long not to is not asked again", async () => {
  const clock = new FakeClock();
  let tries = 0;
  const inner = new MemoryStorage({
    before: async () => {
      tries += 1;
      await clock.sleep(30_000);
      throw unreachable();
    },
  });
  const asking = sceneOn(inner, clock).storage.sizeOf(fileOf("config", ""));
  asking.catch(() => undefined);
  await clock.passUntil(asking);
  assert.equal(tries, 1);
});

it("what will not get better is not tried again", async () => {
  const answered = (status: number) => (): ObhutError =>
    new ObhutError("STORAGE_ANSWERED", { location: "far", action: "save", status });
  const denied = (): ObhutError => new ObhutError("STORAGE_DENIED", { location: "far", action: "save", reason: "403" });
  const missing = (): ObhutError => new ObhutError("STORAGE_FILE_MISSING", { location: "far", file: "x" });
  for (const [error, retried] of [
    [answered(503), true],
    [answered(429), true],
    [answered(507), false],
    [answered(400), false],
    [denied, false],
    [missing, false],
    [() => new Error("a bug") as ObhutError, false],
  ] as const) {
    const { storage, clock } = sceneOn(failing("save", 1, error));
    const saving = storage.save(fileOf("data", "x"), new Uint8Array(1));
    saving.catch(() => undefined);
    await clock.passUntil(saving);
    assert.equal(clock.monotonicMs() > 0, retried, String(error()));
    assert.equal(await saving.then(() => true).catch(() => false), retried);
  }
});

it("a config whose answer was lost is ours; one of somebody else is not", async () => {
  const config = fileOf("config", "");
  const mine = new Uint8Array(9).fill(1);
  const losing = (stored: Uint8Array): Storage => {
    const inner = new MemoryStorage();
    const whole = inner.save.bind(inner);
    let lost = false;
    inner.save = async (file, bytes) => {
      await whole(file, lost ? bytes : stored);
      lost = true;
      throw unreachable();
    };
    return inner;
  };
  const { storage, clock } = sceneOn(losing(mine));
  const saving = storage.save(config, mine);
  await clock.passUntil(saving);
  await saving;
  const other = sceneOn(losing(new Uint8Array(9).fill(2)));
  const refused = other.storage.save(config, mine);
  refused.catch(() => undefined);
  await other.clock.passUntil(refused);
  await assert.rejects(refused, (e) => isObhutError(e, "STORAGE_FILE_EXISTS"));
});

it("a listing that breaks off in the middle goes on, and tells nothing twice", async () => {
  const inner = new MemoryStorage();
  const names = ["a", "b", "c"].map((seed) => fileOf("data", seed));
  for (const file of names) await inner.save(file, new Uint8Array(1));
  const whole = inner.list.bind(inner);
  let broken = 0;
  inner.list = async function* (type: FileType): AsyncIterable<StoredFile> {
    let told = 0;
    for await (const file of whole(type)) {
      if (broken < 2 && told++ === broken + 1) {
        broken += 1;
        throw unreachable();
      }
      yield file;
    }
  };
  const { storage, clock } = sceneOn(inner);
  const listing = Array.fromAsync(storage.list("data"), ({ name }) => name);
  await clock.passUntil(listing);
  assert.deepEqual((await listing).sort(), names.map(({ name }) => name).sort());
});

it("what came changed is asked for once more; what lies there damaged comes as it is", async () => {
  const bytes = new TextEncoder().encode("an index");
  const file = { type: "index", name: createHash("sha256").update(bytes).digest("hex") } as const;
  for (const [flips, expected] of [
    [1, "an index"],
    [9, "bn index"],
  ] as const) {
    const inner = new MemoryStorage();
    await inner.save(file, bytes);
    const whole = inner.load.bind(inner);
    let loads = 0;
    inner.load = async (...asked) => {
      const found = await whole(...asked);
      loads += 1;
      if (loads <= flips) found[0] = 98;
      return found;
    };
    const { storage } = sceneOn(inner);
    assert.equal(Buffer.from(await storage.load(file)).toString(), expected);
    assert.equal(loads, 2);
    assert.equal(await storage.doubt?.(file, { offset: 0, length: 1 }), true);
  }
});

it("a pause ends when the call is aborted or the storage is closed", async () => {
  const { storage } = sceneOn(failing("load", 1e6));
  const stop = new AbortController();
  const loading = storage.load(fileOf("data", "x"), undefined, stop.signal);
  setImmediate(() => stop.abort(new Error("enough")));
  await assert.rejects(loading, /enough/);
  const asking = storage.load(fileOf("data", "x"));
  setImmediate(() => void storage.close());
  await assert.rejects(asking, /closed/);
});
