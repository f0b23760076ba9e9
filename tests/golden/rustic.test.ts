/** What only rustic leaves behind: packs that an index marks as to be removed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import { loadIndex } from "../../src/repository/load-index.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { callObhut, type ObhutAnswer } from "./call-obhut.ts";
import { copyOf, type IndexJson, rewriteFiles, type Scene, soundScene } from "./damage.ts";
import { allRestored, resticComplains } from "./judge.ts";

const sound = await soundScene("rustic-0.11.4");
const states = [1, 2, 3] as const;

async function call({ storage }: Scene, folder: string, ...words: string[]): Promise<ObhutAnswer> {
  return await callObhut(words, { storage, folder });
}

it("marked packs are no damage; prune removes them when it may, and all stays whole", async () => {
  await using folder = await tempFolder("golden-rustic");
  const scene = await copyOf(sound);
  const { marked } = (await loadIndex(scene.repo)).index;
  assert.ok(marked.size > 0);
  for (const pack of marked) assert.ok(scene.storage.files.has(`data/${pack}`));
  assert.deepEqual((await call(scene, folder.path, "check", "--read-data")).codes, []);
  const pruned = await call(scene, folder.path, "prune", "--keep-delete", "0");
  assert.deepEqual([pruned.exitCode, pruned.codes], [0, ["RUSTIC_WITHOUT_LOCKS"]]);
  for (const pack of marked) assert.ok(!scene.storage.files.has(`data/${pack}`));
  assert.equal((await loadIndex(scene.repo)).index.marked.size, 0);
  assert.equal(await resticComplains(scene, join(folder.path, "repository")), "");
  await allRestored(scene, states, { folder: folder.path });
});

it("repair index lists marked packs too, and loses no mark that prune needs", async () => {
  await using folder = await tempFolder("golden-rustic");
  const scene = await copyOf(sound);
  const repaired = await call(scene, folder.path, "repair", "index", "--read-all-packs");
  assert.deepEqual([repaired.exitCode, repaired.codes], [0, []]);
  const checked = await call(scene, folder.path, "check", "--read-data");
  assert.equal(checked.exitCode, 0, String(checked.codes));
  assert.equal(await resticComplains(scene, join(folder.path, "repaired")), "");
  await call(scene, folder.path, "prune", "--keep-delete", "0", "--max-unused", "0");
  assert.equal(await resticComplains(scene, join(folder.path, "pruned")), "");
  await allRestored(scene, states, { folder: folder.path });
});

it("packs that are marked and needed all the same are found, and come back by the command that check names", async () => {
  for (const cure of ["repair index", "prune"]) {
    await using folder = await tempFolder("golden-rustic");
    const scene = await copyOf(sound);
    await rewriteFiles(scene, "index", (json) => {
      const { packs = [], packs_to_delete: marks = [] } = json as Partial<IndexJson>;
      const again = packs.map((pack) => ({ ...pack, time: "2024-01-01T00:00:00Z", size: 1 }));
      return { packs: [], packs_to_delete: [...marks, ...again] };
    });
    const found = await call(scene, folder.path, "check", "--read-data");
    assert.deepEqual(found.codes, ["PACKS_NOT_INDEXED", "TREE_DAMAGED"]);
    assert.ok(found.advice.some((text) => text.includes("obhut repair index")));
    await call(scene, folder.path, ...cure.split(" "));
    const checked = await call(scene, folder.path, "check", "--read-data");
    assert.equal(checked.exitCode, 0, `${cure}: ${checked.codes}`);
    assert.equal(await resticComplains(scene, join(folder.path, "repository")), "");
    await allRestored(scene, states, { folder: folder.path });
  }
});
