import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { MiB } from "../../base/limits.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import { bytesEntry, contentsOf, newRepository, reopened, run, storedSnapshot } from "./backup-kit.ts";

const big = bytesEntry("/data/webui.db", randomBytes(36 * MiB), { changes: "whole" });

/** A repository in which a backup died before it could write its index. */
async function interrupted(): Promise<MemoryStorage> {
  let dying = false;
  const storage = new MemoryStorage({
    before: (call, file) => {
      if (dying && call === "save" && file?.type === "index") throw new Error("killed");
    },
  });
  const repository = await newRepository(storage);
  dying = true;
  await assert.rejects(run([{ repository }], [big]), /killed/);
  dying = false;
  return storage;
}

const packsOf = (storage: MemoryStorage): string[] => [...storage.files.keys()].filter((key) => key.startsWith("data"));

test("what an interrupted backup stored is not uploaded again", async () => {
  const storage = await interrupted();
  const before = packsOf(storage);
  assert.ok(before.length >= 3);
  const ran = await run([{ repository: await reopened(storage) }], [big]);
  const [target] = ran.result.targets;
  assert.ok(target?.kind === "stored");
  assert.equal(target.adoptedPacks, before.length);
  assert.equal(target.summary.data_blobs, 0);
  assert.deepEqual(packsOf(storage), before);
  const contents = await contentsOf(storage, await storedSnapshot(ran, storage));
  assert.ok(big.content?.kind === "bytes");
  assert.deepEqual(contents.get("/data/webui.db"), Buffer.from(big.content.bytes));
});

test("an adopted pack that is damaged is named, and what it held is stored again", async () => {
  const storage = await interrupted();
  const [key = ""] = packsOf(storage);
  storage.files.set(key, storage.files.get(key)?.subarray(0, -1) ?? new Uint8Array());
  const ran = await run([{ repository: await reopened(storage) }], [big]);
  assert.deepEqual(
    ran.findings.map(({ code }) => code),
    ["PACK_NOT_ADOPTED"],
  );
  const contents = await contentsOf(storage, await storedSnapshot(ran, storage));
  assert.ok(big.content?.kind === "bytes");
  assert.deepEqual(contents.get("/data/webui.db"), Buffer.from(big.content.bytes));
});

test("a pack that the index lists but is gone is not counted on", async () => {
  const storage = new MemoryStorage();
  await run([{ repository: await newRepository(storage) }], [big]);
  const lost =
    packsOf(storage).toSorted((a, b) => (storage.files.get(b)?.length ?? 0) - (storage.files.get(a)?.length ?? 0))[0] ??
    "";
  storage.files.delete(lost);
  const ran = await run([{ repository: await reopened(storage) }], [big]);
  assert.deepEqual(
    ran.findings.map(({ code, params }) => [code, "count" in params && params.count]),
    [["INDEXED_PACKS_MISSING", 1]],
  );
  const [target] = ran.result.targets;
  assert.ok(target?.kind === "stored" && target.summary.data_blobs > 0);
});
