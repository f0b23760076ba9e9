/** What cannot be read is not damaged: nothing is ever taken away for it. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { type Answer, denied, failed, impaired, wrongOnce } from "../../../tests/support/impaired-scene.ts";
import {
  assertContent,
  copy,
  fixIndex,
  fixPacks,
  fixSnapshots,
  flip,
  names,
  placeOf,
  problems,
  type Scene,
  treePacks,
} from "../../../tests/support/repair-scene.ts";
import type { ErrorCode } from "../../base/error-codes.ts";
import { isObhutError, ObhutError } from "../../base/errors.ts";
import { KiB } from "../../base/limits.ts";
import { checkRepository } from "../check/check-repository.ts";
import { loadIndexes } from "../check/listed-packs.ts";

const isCode = (code: ErrorCode) => (error: unknown) => isObhutError(error, code);

async function changesNothing({ files }: Scene, work: () => Promise<unknown>, code: ErrorCode): Promise<void> {
  const before = new Map(files);
  await assert.rejects(work(), isCode(code));
  assert.deepEqual(files, before);
}

it("repair index: a file that cannot be read stays, with what only it knows of a pack whose header is gone", async () => {
  const scene = impaired();
  const { name } = await placeOf(scene, "second");
  const pack = scene.files.get(name) ?? assert.fail();
  flip(scene, name, pack.length - 10);
  const [first = "", second = ""] = names(scene, "index");
  for (const all of [false, true]) {
    for (const index of [first, second]) {
      scene.answers.set(index, denied);
      await changesNothing(scene, () => fixIndex(scene, all), "REPAIR_UNREADABLE");
      await changesNothing(scene, () => fixPacks(scene, [name.slice("data/".length)]), "REPAIR_UNREADABLE");
      await changesNothing(scene, () => fixSnapshots(scene), "REPAIR_UNREADABLE");
      scene.answers.clear();
    }
  }
  await fixIndex(scene, true);
  assert.ok((await loadIndexes(scene.repo)).packs.has(name.slice("data/".length) as never));
  await assertContent(scene);
});

it("repair index: a bit that flips on its way costs no index file", async () => {
  const scene = impaired();
  for (const index of names(scene, "index")) scene.answers.set(index, wrongOnce());
  const before = new Map(scene.files);
  const repaired = await fixIndex(scene);
  assert.deepEqual([repaired.indexesDamaged, repaired.indexesRemoved], [0, 0]);
  assert.deepEqual(scene.files, before);
});

it("repair index: an index file that is gone when it is read was replaced by somebody, and is no damage", async () => {
  const scene = impaired();
  const [index = ""] = names(scene, "index");
  const gone: Answer = () => {
    throw new ObhutError("STORAGE_FILE_MISSING", { location: "memory", file: index });
  };
  scene.answers.set(index, gone);
  await changesNothing(scene, () => fixIndex(scene), "INDEX_KEEPS_CHANGING");
});

it("repair index and repair snapshots: no pack at all is a disk that is not there", async () => {
  const scene = copy();
  for (const name of names(scene, "data")) scene.files.delete(name);
  await changesNothing(scene, () => fixIndex(scene), "PACKS_ALL_GONE");
  await changesNothing(scene, () => fixSnapshots(scene), "PACKS_ALL_GONE");
});

it("repair packs: a pack that may not be read, or is listed and not found, stays", async () => {
  const scene = impaired();
  const { name, id, offset } = await placeOf(scene, "pages.db", 3);
  flip(scene, name, offset + 30);
  for (const error of [
    failed("EACCES"),
    new ObhutError("STORAGE_TIMEOUT", { location: "memory", action: "read", seconds: 120 }),
    new ObhutError("STORAGE_FILE_MISSING", { location: "memory", file: name }),
  ]) {
    scene.answers.set(name, () => {
      throw error;
    });
    await changesNothing(scene, () => fixPacks(scene, [id]), "REPAIR_UNREADABLE");
  }
});

it("repair packs: sectors that a disk lost are lost, ranges that a network lost are not", async () => {
  const scene = impaired();
  const { name, id } = await placeOf(scene, "pages.db", 3);
  const holed = (error: Error): Answer => {
    return (bytes, range) => {
      if (range === undefined || (range.offset <= 70 * KiB && range.offset + range.length > 70 * KiB)) throw error;
      return bytes;
    };
  };
  scene.answers.set(name, holed(new ObhutError("STORAGE_UNREACHABLE", { location: "memory", reason: "cut" })));
  await changesNothing(scene, () => fixPacks(scene, [id]), "REPAIR_UNREADABLE");
  scene.answers.set(name, holed(failed("EIO")));
  const repaired = await fixPacks(scene, [id]);
  assert.equal(repaired.packsRemoved, 1);
  assert.ok(repaired.blobsLost > 0 && repaired.blobsSaved > 0);
});

it("repair packs: a disk that goes away while it is read loses nothing", async () => {
  const scene = impaired();
  const { name, id } = await placeOf(scene, "pages.db", 3);
  let readings = 0;
  scene.answers.set(name, (bytes, range) => {
    if (range === undefined || ++readings > 1) throw failed("EIO");
    return bytes;
  });
  await changesNothing(scene, () => fixPacks(scene, [id]), "REPAIR_UNREADABLE");
});

it("repair packs: a bit that flips on its way makes no pack damaged, and readings that differ prove nothing", async () => {
  const scene = impaired();
  const { name, id } = await placeOf(scene, "second");
  scene.answers.set(name, wrongOnce());
  const before = new Map(scene.files);
  assert.equal((await fixPacks(scene, [id])).packsSound, 1);
  assert.deepEqual(scene.files, before);
  let reading = 0;
  scene.answers.set(name, (bytes) => {
    bytes[20] = ++reading;
    return bytes;
  });
  await changesNothing(scene, () => fixPacks(scene, [id]), "REPAIR_UNREADABLE");
});

it("repair snapshots: a folder that cannot be read is no folder that is lost", async () => {
  const scene = impaired();
  for (const pack of await treePacks(scene)) {
    for (const error of [
      failed("EIO"),
      new ObhutError("STORAGE_FILE_MISSING", { location: "memory", file: pack }),
      new ObhutError("STORAGE_SHORT_READ", { location: "memory", file: pack, wanted: 100, got: 50 }),
    ]) {
      scene.answers.set(pack, () => {
        throw error;
      });
      await changesNothing(scene, () => fixSnapshots(scene), "REPAIR_UNREADABLE");
    }
    scene.answers.set(pack, wrongOnce());
    assert.deepEqual((await fixSnapshots(scene)).repaired, []);
    scene.answers.clear();
  }
});

it("repair snapshots: a folder of which one copy is damaged and the other cannot be read is not lost", async () => {
  const scene = impaired();
  const [pack = ""] = await treePacks(scene);
  const before = new Set(scene.files.keys());
  // Saves all of the pack's blobs in a second pack; then the first comes back, and with it the index that lists it.
  const kept = new Map(scene.files);
  flip(scene, pack, (scene.files.get(pack)?.length ?? 0) - 1);
  await fixPacks(scene, [pack.slice("data/".length)]);
  const [copied = ""] = names(scene, "data").filter((name) => !before.has(name));
  for (const [name, bytes] of kept) scene.files.set(name, bytes);
  const bytes = Uint8Array.from(scene.files.get(pack) ?? assert.fail());
  bytes.fill(0, 0, bytes.length - 300);
  for (const [damagedOne, deniedOne] of [
    [pack, copied],
    [copied, pack],
  ] as const) {
    scene.answers.set(damagedOne, (all) => all.fill(0, 0, Math.max(0, all.length - 300)));
    scene.answers.set(deniedOne, denied);
    await changesNothing(scene, () => fixSnapshots(scene), "REPAIR_UNREADABLE");
    scene.answers.clear();
  }
});

it("check says of what it cannot read that it cannot, and asks for no repair", async () => {
  const scene = impaired();
  const packs = await treePacks(scene);
  const codes = async (): Promise<Set<string>> => {
    const { findings } = await checkRepository(scene.repo, { readData: { kind: "none" }, threads: 1 });
    return new Set(findings.map(({ code }) => code));
  };
  for (const [name, code] of [
    [names(scene, "keys")[0] ?? "", "KEY_UNREADABLE"],
    [packs[0] ?? "", "TREE_UNREADABLE"],
  ] as const) {
    scene.answers.set(name, denied);
    assert.deepEqual(await codes(), new Set([code]));
    scene.answers.clear();
  }
  scene.answers.set(names(scene, "index")[0] ?? "", denied);
  assert.deepEqual(await codes(), new Set(["INDEX_UNREADABLE"]));
  scene.answers.clear();
  assert.deepEqual(await problems(scene), []);
});
