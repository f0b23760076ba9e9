/** Damaged repositories, and the repairs that a check names for them. */
import assert from "node:assert/strict";
import { bytePath } from "../../../src/base/byte-path.ts";
import { runRepairIndex } from "../../../src/jobs/run-repair-index.ts";
import { runRepairPacks } from "../../../src/jobs/run-repair-packs.ts";
import { runRepairSnapshots } from "../../../src/jobs/run-repair-snapshots.ts";
import { loadIndexes, packsOf } from "../../../src/repository/check/listed-packs.ts";
import { loadIndex } from "../../../src/repository/load-index.ts";
import { openRepository } from "../../../src/repository/open-repository.ts";
import { requireFile } from "../../../src/repository/read-file.ts";
import { loadSnapshots } from "../../../src/repository/snapshots.ts";
import { MemoryStorage } from "../../../src/storage/memory/memory-storage.ts";
import { testActor } from "../../support/actor.ts";
import { testPassword } from "../../support/restic.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { type Operation, placeOf, type World } from "./operation.ts";
import { copiesOf, fourDays, once } from "./scenes.ts";
import type { Repositories } from "./stage.ts";

/** Four days of which one index file is gone and one is damaged: the packs hold all they said. */
export const repairLostIndex: Operation = {
  name: "repair index of which files are gone and damaged",
  scene: harmed(async ({ files }) => {
    const [first = "", second = ""] = [...files.keys()].filter((name) => name.startsWith("index/"));
    files.delete(first);
    flip(files, second, 40);
  }),
  mends: true,
  run: repairIndex,
};

/** The header of one pack is gone, which one index file still knows; another is damaged. Nothing is lost. */
export const repairIndexAndPacks: Operation = {
  name: "repair index and packs",
  scene: harmed(async (storage) => {
    const { files } = storage;
    const pack = await packOfDay(storage, 3);
    const index = await indexWithout(storage, pack);
    flip(files, index, 40);
    flip(files, `data/${pack}`, (files.get(`data/${pack}`)?.length ?? 0) - 10);
  }),
  mends: true,
  run: async (world) => {
    await repairIndex(world);
    await repairPack(world);
  },
};

/** One pack is gone for good, and with it what only two days had. */
export const repairSnapshots: Operation = {
  name: "repair snapshots",
  scene: harmed(async (storage) => {
    storage.files.delete(`data/${await packOfDay(storage, 2)}`);
  }),
  mends: true,
  run: async (world) => {
    await repairIndex(world);
    const { parts, watch } = world;
    const snapshots = { queries: [], filter: {} };
    await runRepairSnapshots({ repository: placeOf("a"), snapshots, forget: true, dryRun: false }, parts, watch);
  },
};

function harmed(harm: (storage: MemoryStorage) => Promise<void>): () => Promise<Repositories> {
  return once(async () => {
    const made = copiesOf(await fourDays());
    const storage = made.get("a") ?? new MemoryStorage();
    for (const [name, bytes] of storage.files) storage.files.set(name, Uint8Array.from(bytes));
    await harm(storage);
    return made;
  });
}

async function repairIndex({ parts, watch }: World): Promise<void> {
  await runRepairIndex({ repository: placeOf("a"), readAllPacks: false, dryRun: false }, parts, watch);
}

/** The pack of which no header can be read; it may be gone already. Copies go where a person would call it: a folder of theirs. */
async function repairPack({ storages, parts, watch }: World): Promise<void> {
  await using folder = await tempFolder("write-k-packs");
  const doomed = await packOfDay((await fourDays()).get("a") ?? new MemoryStorage(), 3);
  for await (const { name } of storages.get("a")?.list("data") ?? assert.fail()) {
    if (name !== doomed) continue;
    const options = { repository: placeOf("a"), packs: [doomed], dryRun: false };
    await runRepairPacks(options, { ...parts, folder: folder.path }, watch);
  }
}

/** The pack with the file that came on that day. */
async function packOfDay(storage: MemoryStorage, day: number): Promise<string> {
  const repo = await loadIndex(await openRepository(storage, testPassword, testActor()));
  const { tree } = (await loadSnapshots(repo)).snapshots[day - 1] ?? assert.fail();
  const { content } = await requireFile(repo, tree, bytePath(`/data/of day ${day}`));
  return repo.index.lookupAt("data", content ?? assert.fail(), 0)?.pack ?? assert.fail();
}

/** The index file that knows nothing of the pack. */
async function indexWithout(storage: MemoryStorage, pack: string): Promise<string> {
  const { files } = await loadIndexes(await openRepository(storage, testPassword, testActor()));
  const found = files.find(({ columns }) => ![...packsOf(columns)].some(([id]) => id === pack));
  return `index/${found?.id ?? assert.fail("all index files list the pack")}`;
}

function flip(files: Map<string, Uint8Array>, name: string, at: number): void {
  const bytes = files.get(name) ?? assert.fail(name);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
}
