import assert from "node:assert/strict";
import { test } from "node:test";
import { cheapKdf, testActor } from "../../tests/support/actor.ts";
import { isObhutError } from "../base/errors.ts";
import type { BlobId, IndexId, PackId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { MemoryStorage } from "../storage/memory/memory-storage.ts";
import { encodeIndex } from "./format/index-file.ts";
import { initRepository } from "./init-repository.ts";
import { loadIndex } from "./load-index.ts";
import { saveSealed } from "./object-file.ts";

const blob = "ab".repeat(32) as BlobId;
const packOf = (digit: number): PackId => String(digit).repeat(64) as PackId;

/** A repository whose index another program rewrites, as restic prune does, `times` times, each just after it was listed. */
async function rewritten(times: number) {
  let current: IndexId | undefined;
  let rewrites = 0;
  let armed = false;
  const put = async (): Promise<void> => {
    const old = current;
    const place = { offset: 0, length: 99, uncompressedLength: 0 };
    const json = encodeIndex([{ id: packOf(rewrites), blobs: [{ id: blob, type: "data", ...place }] }]);
    current = await saveSealed<IndexId>(repo, "index", json);
    if (old !== undefined) storage.files.delete(`index/${old}`);
  };
  const storage = new MemoryStorage({
    before: async (call, file) => {
      if (!armed || call !== "load" || file?.type !== "index" || rewrites === times) return;
      armed = false;
      rewrites++;
      await put();
      armed = true;
    },
  });
  const repo = await initRepository(storage, { password: "p", actor: testActor(), kdf: cheapKdf });
  await put();
  armed = true;
  return { repo, rewrites: () => rewrites };
}

test("an index that is rewritten while it is read is listed again", async () => {
  const { repo } = await rewritten(2);
  const { index } = await loadIndex(repo);
  assert.equal(index.lookup("data", blob)?.pack, packOf(2));
  assert.deepEqual(index.packs, [packOf(2)], "nothing of what was replaced is left");
});

test("one that is rewritten without end is an error that says so", async () => {
  const { repo, rewrites } = await rewritten(Number.POSITIVE_INFINITY);
  await assert.rejects(loadIndex(repo), (error) => isObhutError(error, "INDEX_KEEPS_CHANGING"));
  assert.equal(rewrites(), limits.indexTries);
});
