/** Damage that no command of ours cures alone: what must come back from elsewhere, another copy or the source. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import { loadIndex } from "../../src/repository/load-index.ts";
import { openRepository } from "../../src/repository/open-repository.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { testActor } from "../support/actor.ts";
import { testPassword } from "../support/restic.ts";
import { storeFolder } from "../support/stored-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { callObhut } from "./call-obhut.ts";
import { copyOf, filesOf, flip, placeOf, soundScene } from "./damage.ts";
import { restoredListing, snapshotOf } from "./golden-repositories.ts";
import { allRestored, resticComplains } from "./judge.ts";

const sound = await soundScene("restic-0.16.5-format-2");

it("a missing pack is cured by a new backup of what the source still has, as check advises", async () => {
  await using folder = await tempFolder("golden-beyond");
  const scene = await copyOf(sound);
  const source = join(folder.path, "source");
  await restoredListing(scene.repo, snapshotOf(2, (await loadSnapshots(scene.repo)).snapshots), source);
  const call = async (...words: string[]) => await callObhut(words, { storage: scene.storage, folder: folder.path });
  scene.storage.files.delete(`data/${(await placeOf(scene, 2, "/source/later")).pack}`);
  assert.ok((await call("check")).advice.some((text) => text.includes("obhut repair index, then a new backup")));
  assert.deepEqual((await call("repair", "index")).codes, ["FILE_PIECES_MISSING"]);
  await storeFolder(await loadIndex(scene.repo), source, { at: "/source" });
  assert.deepEqual((await call("check", "--read-data")).codes, []);
  assert.deepEqual((await call("repair", "snapshots")).codes, [], "nothing is left to repair");
  assert.equal(await resticComplains(scene, join(folder.path, "repository")), "");
  await allRestored(scene, [1, 2, 3], { folder: folder.path });
});

for (const [what, name] of [
  ["the config", "config"],
  ["the only key", "keys"],
] as const) {
  it(`a bit of ${what} and nothing opens, which is said`, async () => {
    await using folder = await tempFolder("golden-beyond");
    const scene = await copyOf(sound);
    const [file = name] = filesOf(scene, name);
    flip(scene, file, 20);
    const { exitCode, codes, advice } = await callObhut(["check"], { storage: scene.storage, folder: folder.path });
    assert.deepEqual([exitCode, codes], [1, ["OBJECT_DAMAGED"]]);
    assert.match(advice.join(" "), /has to come back from another copy/);
    const opening = openRepository(scene.storage, testPassword, testActor());
    await assert.rejects(opening, (error: Error) => error.message.includes(name === "config" ? "config" : "objectKey"));
    assert.notEqual(await resticComplains(scene, join(folder.path, "repository")), "");
  });
}
