import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { type BytePath, bytePath } from "../../base/byte-path.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import type { SourceEntry } from "../source-entry.ts";
import {
  bytesEntry,
  contentsOf,
  longAgoNs,
  metaOf,
  newRepository,
  reopened,
  run,
  storedSnapshot,
} from "./backup-kit.ts";
import type { BackupTarget } from "./backup-options.ts";

const bytes = randomBytes(40_000);
const path = bytePath("/data/webui.db");
const file = bytesEntry(path, bytes);

/** A repository with one snapshot of `entry`, as a target whose parent that is. */
async function withParent(
  entry: SourceEntry,
  states?: ReadonlyMap<BytePath, string>,
  timeMs = Date.now(),
): Promise<{ storage: MemoryStorage; target: BackupTarget }> {
  const storage = new MemoryStorage();
  const ran = await run([{ repository: await newRepository(storage) }], [entry], { timeMs });
  const parent = await storedSnapshot(ran, storage);
  return {
    storage,
    target: { repository: await reopened(storage), parent, ...(states ? { parentStates: states } : {}) },
  };
}

/** What became of `entry` in a backup to these targets. */
async function outcomeOf(targets: readonly BackupTarget[], entry: SourceEntry): Promise<string | undefined> {
  const { outcomes } = await run(targets, [entry]);
  return outcomes.get(path)?.[0]?.kind;
}

test("a file with the parent's stat is not read", async () => {
  const { storage, target } = await withParent(file);
  // the bytes would be others: so it is proven that nobody looked
  const entry: SourceEntry = { ...file, content: { kind: "bytes", bytes: randomBytes(40_000) } };
  const ran = await run([target], [entry]);
  assert.deepEqual(ran.outcomes.get(path), [{ kind: "unchanged" }]);
  const snapshot = await storedSnapshot(ran, storage);
  assert.deepEqual((await contentsOf(storage, snapshot)).get(path), bytes);
  assert.equal(snapshot.summary?.files_unmodified, 1);
  assert.equal(snapshot.summary.dirs_unmodified, 2);
  assert.equal(snapshot.summary.tree_blobs, 0);
  assert.equal(snapshot.parent, target.parent?.id);
});

test("any difference of the stat has it read", async () => {
  const { target } = await withParent(file);
  assert.equal(await outcomeOf([target], file), "unchanged", "the control");
  for (const change of [{ inode: 8n }, { mtimeNs: longAgoNs + 1n }, { ctimeNs: longAgoNs - 1n }]) {
    assert.equal(
      await outcomeOf([target], { ...file, meta: { ...file.meta, ...change } }),
      "read",
      Object.keys(change).join(),
    );
  }
  const longer = bytesEntry(path, randomBytes(40_001));
  assert.equal(await outcomeOf([target], longer), "read");
});

test("times within two seconds of the parent's prove nothing", async () => {
  const timeMs = 1_700_000_000_000;
  for (const [agoMs, kind] of [
    [2_001, "unchanged"],
    [1_999, "read"],
    [0, "read"],
    [-60_000, "read"],
  ] as const) {
    for (const name of ["mtimeNs", "ctimeNs"] as const) {
      const entry = { ...file, meta: metaOf({ sizeBytes: bytes.length, [name]: BigInt(timeMs - agoMs) * 1_000_000n }) };
      const { target } = await withParent(entry, undefined, timeMs);
      assert.equal(await outcomeOf([target], entry), kind, `${name} ${agoMs} ms before`);
    }
  }
});

test("a state must be the parent's too, and one that appears or is gone is another", async () => {
  const named = { ...file, state: "salt 1, frame 7" };
  const { target } = await withParent(named, new Map([[path, "salt 1, frame 7"]]));
  assert.equal(await outcomeOf([target], named), "unchanged");
  assert.equal(await outcomeOf([target], { ...file, state: "salt 1, frame 8" }), "read");
  assert.equal(await outcomeOf([target], file), "read", "no state any more");
  const { target: without } = await withParent(file);
  assert.equal(await outcomeOf([without], named), "read", "no state before");
});

test("with several destinations a file is left unread only if all of them have it", async () => {
  const one = await withParent(file);
  const two = await withParent(file);
  const empty = { repository: await newRepository(new MemoryStorage()) };
  assert.equal(await outcomeOf([one.target, two.target], file), "unchanged");
  assert.equal(await outcomeOf([one.target, empty], file), "read");
});

test("destinations whose parents are cut otherwise each keep their own pieces", async () => {
  const one = await withParent(file);
  const two = await withParent({ ...file, changes: "whole" });
  const ran = await run([one.target, two.target], [file]);
  assert.deepEqual(ran.outcomes.get(path), [{ kind: "unchanged" }]);
  for (const [number, { storage }] of [one, two].entries()) {
    const snapshot = await storedSnapshot(ran, storage, number);
    assert.deepEqual((await contentsOf(storage, snapshot)).get(path), bytes);
    assert.equal(snapshot.summary?.tree_blobs, 0);
  }
});

test("a parent's file whose pieces are lost is read again", async () => {
  const { storage, target } = await withParent(file);
  const packs = [...storage.files].filter(([key]) => key.startsWith("data"));
  const [largest] = packs.toSorted(([, a], [, b]) => b.length - a.length);
  storage.files.delete(largest?.[0] ?? "");
  const ran = await run([target], [file]);
  assert.equal(ran.outcomes.get(path)?.[0]?.kind, "read");
  const contents = await contentsOf(storage, await storedSnapshot(ran, storage));
  assert.deepEqual(contents.get(path), bytes);
});

test("a parent's tree that cannot be read is no parent", async () => {
  const { storage, target } = await withParent(file);
  const packs = [...storage.files].filter(([key]) => key.startsWith("data"));
  const [smallest] = packs.toSorted(([, a], [, b]) => a.length - b.length);
  smallest?.[1].fill(0, 0, 60);
  assert.equal(await outcomeOf([target], file), "read");
  assert.ok(storage.files.size > 0);
});
