import assert from "node:assert/strict";
import { hash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { cheapKdf, testActor } from "../../../tests/support/actor.ts";
import type { BlobId } from "../../base/ids.ts";
import { MiB } from "../../base/limits.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import { initRepository } from "../init-repository.ts";
import { loadBlob } from "../load-blob.ts";
import { loadIndex } from "../load-index.ts";
import type { Repository } from "../repository.ts";
import { BlobWriter } from "./blob-writer.ts";

const blobs = Array.from({ length: 5 }, (_, at) =>
  at % 2 === 0 ? randomBytes(9 * MiB + at) : Buffer.alloc(3 * MiB, `blob ${at} `),
);
const tree = Buffer.from('{"nodes":[]}\n');

async function emptyRepository(storage: MemoryStorage, version: 1 | 2 = 2): Promise<Repository> {
  return await initRepository(storage, { password: "secret", actor: testActor(), kdf: cheapKdf, version });
}

for (const version of [1, 2] as const) {
  test(`what it wrote is found and read, in format version ${version}`, async () => {
    const repository = await emptyRepository(new MemoryStorage(), version);
    const writer = new BlobWriter(repository, { indexes: "save" });
    const ids: BlobId[] = [];
    for (const blob of blobs) ids.push(await writer.addPlain("data", blob));
    const treeId = await writer.addPlain("tree", tree);
    const packs = await writer.finish();
    const indexed = await loadIndex(repository);
    assert.deepEqual([...indexed.index.packs].sort(), packs.map(({ id }) => id).sort());
    for (const [at, id] of ids.entries()) {
      assert.equal(id, hash("sha256", blobs[at] ?? "", "hex"));
      assert.deepEqual(await loadBlob(indexed, "data", id), blobs[at]);
    }
    assert.deepEqual(await loadBlob(indexed, "tree", treeId), tree);
    assert.notEqual(
      indexed.index.lookup("tree", treeId)?.pack,
      indexed.index.lookup("data", ids.at(-1) as BlobId)?.pack,
    );
  });
}

test("without indexes of its own nothing is listed, and the packs are given to the caller", async () => {
  const storage = new MemoryStorage();
  const repository = await emptyRepository(storage);
  const writer = new BlobWriter(repository, { indexes: "leave" });
  await writer.addPlain("tree", tree);
  assert.equal((await writer.finish()).length, 1);
  assert.equal((await loadIndex(repository)).index.count, 0);
});

test("a pack that could not be saved ends the writing, and is in no index", async () => {
  let saves = 0;
  const storage = new MemoryStorage({
    before: (call, file) => {
      if (call === "save" && file?.type === "data" && ++saves === 2) throw new Error("no room");
    },
  });
  const repository = await emptyRepository(storage);
  const writer = new BlobWriter(repository, { indexes: "save" });
  const write = async (): Promise<void> => {
    for (const blob of blobs) await writer.addPlain("data", blob);
    await writer.finish();
  };
  await assert.rejects(write(), /no room/);
  await assert.rejects(writer.finish(), /no room/);
  assert.equal((await loadIndex(repository)).index.count, 0);
});
