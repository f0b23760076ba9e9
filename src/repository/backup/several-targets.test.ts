import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { limits, MiB } from "../../base/limits.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import { bytesEntry, contentsOf, newRepository, reopened, run, storedSnapshot } from "./backup-kit.ts";

/** Half of it compresses, half does not; pieces of many lengths, and one longer than a pack. */
function source(seed: number): ReturnType<typeof bytesEntry>[] {
  const text = Buffer.from(Array.from({ length: 2 * MiB }, (_, i) => `${i * seed} `).join(""));
  return [
    bytesEntry("/data/a", text),
    bytesEntry("/data/b", randomBytes(20 * MiB + 12_345)),
    ...Array.from({ length: 40 }, (_, i) => bytesEntry(`/data/c${i}`, randomBytes(1 + i * 37))),
    bytesEntry("/data/d", randomBytes(3 * MiB + 1), { changes: "whole" }),
  ];
}

test("each of several destinations gets what it lacks, whatever its version and whatever it has", async () => {
  const storages = [new MemoryStorage(), new MemoryStorage(), new MemoryStorage(), new MemoryStorage()];
  for (const [i, storage] of storages.entries()) await newRepository(storage, i === 1 ? 1 : 2);
  const targets = async (...numbers: number[]) =>
    await Promise.all(numbers.map(async (i) => ({ repository: await reopened(storages[i] as MemoryStorage) })));
  const [some, more] = [source(7), source(11)];
  await run(await targets(2), some);
  await run(await targets(3), more.slice(0, 12));
  const all = [...some, ...more.map((entry) => ({ ...entry, path: `${entry.path}-2` as typeof entry.path }))];
  const ran = await run(await targets(0, 1, 2, 3), all);
  const expected = new Map(
    all.map(({ path, content }) => [path, content?.kind === "bytes" ? content.bytes : undefined]),
  );
  for (const [i, storage] of storages.entries()) {
    const contents = await contentsOf(storage, await storedSnapshot(ran, storage, i));
    for (const [path, bytes] of expected)
      assert.ok(bytes?.length === 0 || Buffer.from(bytes ?? []).equals(contents.get(path) as Buffer), path);
  }
  const added = ran.result.targets.map((target) => (target.kind === "stored" ? target.summary.data_blobs : -1));
  assert.equal(added[0], added[1]);
  assert.ok((added[2] ?? 0) < (added[0] ?? 0) && (added[3] ?? 0) < (added[0] ?? 0));
});

test("packs are as large with three destinations as with one", async () => {
  const entries = [bytesEntry("/data/webui.db", randomBytes(70 * MiB))];
  const storages = [new MemoryStorage(), new MemoryStorage(), new MemoryStorage()];
  await run(
    await Promise.all(storages.map(async (storage) => ({ repository: await newRepository(storage) }))),
    entries,
  );
  for (const { files } of storages) {
    const packs = [...files].filter(([name]) => name.startsWith("data/")).map(([, { length }]) => length);
    // two threads end with what is left to each
    assert.equal(packs.filter((length) => length < limits.packTargetBytes).length <= 3, true, String(packs));
    assert.ok(packs.length <= 7, `${packs.length} packs`);
  }
});

test("packs in memory do not grow with the number of destinations, nor with slow ones", async () => {
  let [held, most] = [0, 0];
  const storages = Array.from(
    { length: 5 },
    (_, i) =>
      new MemoryStorage({
        before: async (call, file) => {
          if (call !== "save" || file?.type !== "data" || file.holds === "trees") return;
          most = Math.max(most, ++held);
          await new Promise((resolve) => setTimeout(resolve, i === 4 ? 150 : 20));
          held--;
        },
      }),
  );
  const targets = await Promise.all(storages.map(async (storage) => ({ repository: await newRepository(storage) })));
  const ran = await run(targets, [bytesEntry("/data/webui.db", randomBytes(100 * MiB))]);
  assert.ok(ran.result.targets.every(({ kind }) => kind === "stored"));
  assert.ok(most >= 3, "more than one pack is saved at a time");
  assert.ok(most <= 5, `${most} packs were in memory at once`);
});
