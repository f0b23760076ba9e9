import assert from "node:assert/strict";
import { it } from "node:test";
import {
  assertContent,
  contents,
  copy,
  fixIndex,
  fixPacks,
  fixSnapshots,
  flip,
  names,
  placeOf,
  problems,
  type Scene,
  shown,
} from "../../../tests/support/repair-scene.ts";
import { bytePath } from "../../base/byte-path.ts";
import { isObhutError } from "../../base/errors.ts";
import { blobsOf, loadIndexes } from "../check/listed-packs.ts";
import { loadIndex } from "../load-index.ts";
import { readFile } from "../read-file.ts";
import { loadSnapshots } from "../snapshots.ts";
import { findNode } from "../walk-tree.ts";
import { repairIndex } from "./repair-index.ts";
import { repairPacks } from "./repair-packs.ts";

it("repair index: index files that are gone or damaged, from the packs alone", async () => {
  for (const damage of ["gone", "damaged", "one gone"]) {
    const scene = copy();
    for (const name of names(scene, "index").slice(damage === "one gone" ? 1 : 0)) {
      if (damage === "damaged") flip(scene, name, 50);
      else scene.files.delete(name);
    }
    assert.ok((await problems(scene)).length > 0);
    const repaired = await fixIndex(scene);
    assert.deepEqual(repaired.findings, []);
    assert.ok(repaired.packsAdded > 0 && repaired.indexesWritten === 1);
    assert.deepEqual(await problems(scene), []);
    await assertContent(scene);
    const again = await fixIndex(scene, true);
    assert.equal(again.packsRead, again.packs);
    assert.deepEqual(await problems(scene), []);
  }
});

it("repair index: a sound one stays as it is, and a dry run changes nothing", async () => {
  const scene = copy();
  assert.equal((await fixIndex(scene)).indexesWritten, 0);
  for (const name of names(scene, "index")) flip(scene, name, 50);
  const before = new Map(scene.files);
  const dry = await repairIndex(scene.repo, { readAllPacks: false, dryRun: true });
  assert.equal(dry.packsAdded, dry.packs);
  assert.deepEqual(scene.files, before);
});

it("repair index: a pack that is gone is listed no more, and the files it hits are named", async () => {
  const scene = copy();
  const { name } = await placeOf(scene, "second");
  scene.files.delete(name);
  const repaired = await fixIndex(scene);
  assert.equal(repaired.packsDropped, 1);
  assert.deepEqual(repaired.findings.map(shown).sort(), [
    "FILE_PIECES_MISSING /data/pages.db",
    "FILE_PIECES_MISSING /data/second",
  ]);
});

it("repair index: a storage that fails is no damage", async () => {
  let fails = false;
  const scene = copy({
    before: (call, file) => {
      if (fails && call === "load" && file?.type === "data") throw Object.assign(new Error("away"), { code: "EIO" });
    },
  });
  for (const name of names(scene, "index")) scene.files.delete(name);
  fails = true;
  const before = new Map(scene.files);
  await assert.rejects(fixIndex(scene), /away/);
  assert.deepEqual(scene.files, before);
});

it("repair packs: a flipped bit costs the piece it is in, and no other", async () => {
  const scene = copy();
  const { name, id, offset } = await placeOf(scene, "pages.db", 3);
  flip(scene, name, offset + 30);
  const copies: string[] = [];
  const repaired = await repairPacks(scene.repo, {
    packs: [id.slice(0, 8)],
    dryRun: false,
    keepCopy: async (pack) => {
      copies.push(pack.id);
      assert.ok(Buffer.from(pack.bytes).equals(scene.files.get(name) ?? assert.fail()), "before it went");
    },
  });
  assert.deepEqual(copies, [id]);
  assert.equal(repaired.blobsLost, 1);
  assert.deepEqual(repaired.findings.map(shown), ["FILE_PIECES_MISSING /data/pages.db"]);
  assert.equal(scene.files.has(name), false);
  assert.deepEqual(await problems(scene), ["FILE_PIECES_MISSING /data/pages.db"]);
  const { findings, repaired: snapshots } = await fixSnapshots(scene);
  assert.deepEqual(findings.map(shown), ["FILE_CUT /data/pages.db"]);
  assert.equal(snapshots.length, 1, "the older snapshot has no such file");
  assert.deepEqual(await problems(scene), []);
  await assertContent(scene, ["pages.db"]);
  const indexed = await loadIndex(scene.repo);
  const newest = (await loadSnapshots(scene.repo)).snapshots.at(-1) ?? assert.fail();
  assert.deepEqual([newest.tags, newest.original], [["test", "repaired"], snapshots[0]?.old]);
  const left = await readFile(indexed, newest.tree, bytePath("/data/pages.db.repaired"));
  const whole = contents["pages.db"] ?? assert.fail();
  assert.ok(left.equals(Buffer.concat([whole.subarray(0, 3 * 16384), whole.subarray(4 * 16384)])));
});

it("repair packs: a pack cut off at any place gives back what lies before", async () => {
  for (const share of [0.05, 0.5, 0.9, 1]) {
    const scene = copy();
    const { name, id } = await placeOf(scene, "second");
    const bytes = scene.files.get(name) ?? assert.fail();
    const blobs = [...blobsOf((await loadIndexes(scene.repo)).packs.get(id as never) ?? assert.fail())];
    const cutAt = Math.floor(bytes.length * share) - 1;
    scene.files.set(name, bytes.slice(0, cutAt));
    assert.equal((await fixIndex(scene)).findings[0]?.code, "PACK_DAMAGED", "its header is gone, the index stays");
    const repaired = await fixPacks(scene, [id]);
    assert.equal(repaired.blobsSaved, blobs.filter(({ offset, length }) => offset + length <= cutAt).length);
    assert.equal(repaired.blobsLost, blobs.length - repaired.blobsSaved);
    await fixSnapshots(scene);
    assert.deepEqual(await problems(scene), []);
  }
});

it("repair packs: a sound pack stays, an unknown one is refused, and a copy that fails stops everything", async () => {
  const scene = copy();
  const { id, name, offset } = await placeOf(scene, "first");
  const before = new Map(scene.files);
  const untouched = await fixPacks(scene, [id]);
  assert.deepEqual([untouched.packsSound, untouched.packsRemoved], [1, 0]);
  assert.deepEqual(scene.files, before);
  await assert.rejects(fixPacks(scene, ["00000000"]), (error) => isObhutError(error, "PACK_NOT_FOUND"));
  await assert.rejects(fixPacks(scene, [id.slice(0, 4)]), (error) => isObhutError(error, "PACK_NOT_FOUND"));
  flip(scene, name, offset + 20);
  const keepCopy = async (): Promise<void> => {
    throw new Error("no room");
  };
  await assert.rejects(repairPacks(scene.repo, { packs: [id], dryRun: false, keepCopy }), /no room/);
  assert.deepEqual(scene.files, before);
});

/** Damages the tree of a folder of the newest snapshot; `/` is the root. */
async function flipTree(scene: Scene, folder: string): Promise<void> {
  const indexed = await loadIndex(scene.repo);
  const { tree } = (await loadSnapshots(scene.repo)).snapshots.at(-1) ?? assert.fail();
  const id = folder === "/" ? tree : (await findNode(indexed, tree, bytePath(folder)))?.subtree;
  const place = indexed.index.lookup("tree", id ?? assert.fail()) ?? assert.fail();
  flip(scene, `data/${place.pack}`, place.offset + 20);
}

it("repair snapshots: a folder whose tree is damaged is empty in every snapshot that has it", async () => {
  const scene = copy();
  await flipTree(scene, "/data/folder");
  const before = names(scene, "data").length;
  const dry = await fixSnapshots(scene, { dryRun: true });
  assert.equal(names(scene, "data").length, before);
  const { findings, repaired } = await fixSnapshots(scene, { forget: false });
  assert.deepEqual(dry.findings, findings);
  assert.deepEqual(findings.map(shown), ["FOLDER_LOST /data/folder", "FOLDER_LOST /data/folder"]);
  assert.equal(repaired.length, 2);
  assert.equal(names(scene, "snapshots").length, 4, "the old ones stay");
  const again = await fixSnapshots(scene);
  assert.equal(again.repaired.length, 2, "of four, the two that are damaged still");
  assert.equal(names(scene, "snapshots").length, 2, "what was made is not made again");
});

it("repair snapshots: one without its root stays, and goes with forget", async () => {
  const scene = copy();
  await flipTree(scene, "/");
  const kept = await fixSnapshots(scene, { forget: false });
  assert.deepEqual(kept.findings.map(shown), ["SNAPSHOT_BEYOND_REPAIR"]);
  assert.equal(names(scene, "snapshots").length, 2);
  const { beyondRepair } = await fixSnapshots(scene);
  assert.equal(beyondRepair.length, 1);
  assert.equal(names(scene, "snapshots").length, 1);
});

it("repair snapshots: a storage that fails costs no folder", async () => {
  let fails = false;
  const scene = copy({
    before: (call, file) => {
      if (fails && call === "load" && file?.type === "data") throw Object.assign(new Error("away"), { code: "EIO" });
    },
  });
  fails = true;
  const before = new Map(scene.files);
  await assert.rejects(fixSnapshots(scene), /away/);
  assert.deepEqual(scene.files, before);
});

it("repair snapshots refuses to cut what only the index has lost", async () => {
  const scene = copy();
  for (const name of names(scene, "index")) scene.files.delete(name);
  const before = new Map(scene.files);
  await assert.rejects(fixSnapshots(scene), (error) => isObhutError(error, "INDEX_REPAIR_FIRST"));
  assert.deepEqual(scene.files, before);
  const damaged = copy();
  for (const name of names(damaged, "index")) flip(damaged, name, 50);
  await assert.rejects(fixSnapshots(damaged), (error) => isObhutError(error, "INDEX_REPAIR_FIRST"));
  await assert.rejects(fixPacks(damaged, ["00000000"]), (error) => isObhutError(error, "INDEX_REPAIR_FIRST"));
});

it("a snapshot file that is damaged goes with --forget where it is named", async () => {
  const scene = copy();
  const name = names(scene, "snapshots")[0] ?? assert.fail();
  flip(scene, name, 40);
  for (const options of [{ forget: false, giveUpDamaged: true }, { forget: true }]) {
    const kept = await fixSnapshots(scene, options);
    assert.deepEqual(kept.findings.map(shown), ["SNAPSHOT_BEYOND_REPAIR"]);
    assert.ok(scene.files.has(name));
  }
  await fixSnapshots(scene, { giveUpDamaged: true });
  assert.equal(scene.files.has(name), false);
  assert.deepEqual(await problems(scene), []);
});

it("a crash at any write or removal leaves a repository that the same repair cures", async () => {
  for (let failAt = 1; ; failAt++) {
    let calls = 0;
    const scene = copy({
      before: (call) => {
        if (call !== "save" && call !== "remove") return;
        if (++calls >= failAt && armed) throw new Error("crash");
      },
    });
    let armed = false;
    const { name, id, offset } = await placeOf(scene, "pages.db", 3);
    flip(scene, name, offset + 30);
    armed = true;
    const crashed = await fixPacks(scene, [id])
      .then(() => fixSnapshots(scene))
      .then(
        () => false,
        () => true,
      );
    armed = false;
    if (!crashed) {
      assert.ok(failAt > 6, "packs, index, old index, pack, trees, index, snapshot, old snapshot");
      return;
    }
    await fixIndex(scene);
    if (scene.files.has(name)) await fixPacks(scene, [id]);
    await fixSnapshots(scene);
    assert.deepEqual(await problems(scene), [], `after a crash at ${failAt}`);
    await assertContent(scene, ["pages.db"]);
  }
});
