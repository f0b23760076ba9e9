import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { cheapKdf, testActor } from "../../tests/support/actor.ts";
import type { BlobId, IndexId, PackId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { MemoryStorage } from "../storage/memory/memory-storage.ts";
import { encodeIndex } from "./format/index-file.ts";
import { initRepository } from "./init-repository.ts";
import { loadIndex } from "./load-index.ts";
import { saveSealed } from "./object-file.ts";
import type { KeptBytes, Repository } from "./repository.ts";

/** Counts what it is asked, and holds what it is given. */
class Kept implements KeptBytes {
  bytes: Uint8Array | undefined;
  saves = 0;

  async load(): Promise<Uint8Array | undefined> {
    return this.bytes;
  }

  async save(bytes: Uint8Array): Promise<void> {
    this.bytes = Uint8Array.from(bytes);
    this.saves++;
  }
}

const many = limits.joinedIndexBlobs + 100;

function idOf(number: number): string {
  return hash("sha256", `blob ${number}`, "hex");
}

/** An index file of one pack with `count` blobs, numbered from `first` on; every tenth is a tree. */
async function addIndex(repo: Repository, pack: number, first: number, count: number): Promise<IndexId> {
  const blobs = Array.from({ length: count }, (_, i) => ({
    id: idOf(first + i) as BlobId,
    type: (first + i) % 10 === 0 ? ("tree" as const) : ("data" as const),
    offset: i * 100,
    length: 100,
    uncompressedLength: i % 2 === 0 ? 300 : 0,
  }));
  return await saveSealed<IndexId>(repo, "index", encodeIndex([{ id: idOf(1_000_000 + pack) as PackId, blobs }]));
}

async function scene(): Promise<{ repo: Repository; kept: Kept; loads: () => number }> {
  const kept = new Kept();
  let loads = 0;
  const storage = new MemoryStorage({
    before: async (call, file) => {
      if (call === "load" && file?.type === "index") loads++;
    },
  });
  const repo = await initRepository(storage, { password: "p", actor: testActor(), kdf: cheapKdf });
  return { repo: { ...repo, joinedIndex: kept }, kept, loads: () => loads };
}

test("an index that was kept says the same as its files, which are not read again", async () => {
  const { repo, kept, loads } = await scene();
  await addIndex(repo, 1, 0, many);
  await addIndex(repo, 2, many - 50, 100);
  const first = await loadIndex(repo);
  assert.equal(kept.saves, 1);
  const before = loads();
  const second = await loadIndex(repo);
  assert.equal(loads(), before);
  assert.equal(second.index.count, first.index.count);
  assert.deepEqual([...second.index.packs].sort(), [...first.index.packs].sort());
  for (let number = 0; number < many + 60; number++) {
    const id = idOf(number) as BlobId;
    for (const type of ["data", "tree"] as const) {
      assert.deepEqual(second.index.places(type, id), first.index.places(type, id), `${type} ${number}`);
    }
  }
});

test("files that came later are read beside it, and joined once they are many", async () => {
  const { repo, kept, loads } = await scene();
  await addIndex(repo, 1, 0, many);
  await loadIndex(repo);
  await addIndex(repo, 2, many, 10);
  const before = loads();
  const { index } = await loadIndex(repo);
  assert.equal(loads(), before + 1);
  assert.equal(index.count, many + 10);
  assert.equal(index.lookup("data", idOf(many + 1) as BlobId)?.offset, 100);
  assert.equal(kept.saves, 1);
  // More than the room that was left for them.
  await addIndex(repo, 3, many + 10, 20_000);
  assert.equal((await loadIndex(repo)).index.count, many + 20_010);
  assert.equal(kept.saves, 2);
  assert.equal((await loadIndex(repo)).index.lookup("data", idOf(many + 20_009) as BlobId)?.length, 100);
});

test("once a file that it holds is gone, nothing of it is believed", async () => {
  const { repo } = await scene();
  const gone = await addIndex(repo, 1, 0, many);
  await addIndex(repo, 2, many, 10);
  await loadIndex(repo);
  await repo.storage.remove({ type: "index", name: gone });
  const { index } = await loadIndex(repo);
  assert.equal(index.count, 10);
  assert.deepEqual(index.packs, [idOf(1_000_002)]);
});

test("a flipped bit, another repository's and a cut one are passed over", async () => {
  const { repo, kept, loads } = await scene();
  await addIndex(repo, 1, 0, many);
  await loadIndex(repo);
  const whole = kept.bytes as Uint8Array;
  const flipped = Uint8Array.from(whole);
  flipped[1000] = (flipped[1000] ?? 0) ^ 1;
  const other = await scene();
  await addIndex(other.repo, 1, 0, many);
  await loadIndex(other.repo);
  for (const bytes of [flipped, whole.subarray(0, 5000), new Uint8Array(3), other.kept.bytes]) {
    kept.bytes = bytes;
    const before = loads();
    assert.equal((await loadIndex(repo)).index.count, many);
    assert.equal(loads(), before + 1);
  }
});

test("who leaves packs out reads the files themselves", async () => {
  const { repo, kept, loads } = await scene();
  await addIndex(repo, 1, 0, many);
  await loadIndex(repo);
  const before = loads();
  const { index } = await loadIndex(repo, { leaveOut: () => true });
  assert.equal(index.count, 0);
  assert.equal(loads(), before + 1);
  assert.equal(kept.saves, 1);
});
