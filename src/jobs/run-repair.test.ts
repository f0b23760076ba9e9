import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { cheapKdf, testActor } from "../../tests/support/actor.ts";
import { bytesOfSeed } from "../../tests/support/odd-folder.ts";
import { storeFolder } from "../../tests/support/stored-folder.ts";
import { tempFolder } from "../../tests/support/temp-folder.ts";
import { systemClock } from "../base/clock.ts";
import type { FindingCode } from "../base/finding-codes.ts";
import { Secret } from "../base/secret.ts";
import type { Destination } from "../plans/destination.ts";
import { initRepository } from "../repository/init-repository.ts";
import { writeLock } from "../repository/locks.ts";
import type { Repository } from "../repository/repository.ts";
import { MemoryStorage } from "../storage/memory/memory-storage.ts";
import type { JobWatch } from "./job-event.ts";
import type { Parts } from "./parts.ts";
import { runRepairIndex } from "./run-repair-index.ts";
import { runRepairPacks } from "./run-repair-packs.ts";
import { runRepairSnapshots } from "./run-repair-snapshots.ts";

interface Scene {
  readonly storage: MemoryStorage;
  readonly repo: Repository;
  readonly parts: Parts;
  readonly watch: JobWatch;
  readonly told: FindingCode[];
}

const repository: Destination = { kind: "local", written: "memory", path: "/nowhere" };

/** Two small files in one snapshot. `folder` is where the call is made. */
async function makeScene(folder: string): Promise<Scene> {
  const storage = new MemoryStorage();
  const actor = testActor();
  const repo = await initRepository(storage, { password: "p", actor, kdf: cheapKdf });
  await writeFile(join(folder, "one"), bytesOfSeed(1, 9_000));
  await writeFile(join(folder, "two"), bytesOfSeed(2, 9_000));
  await storeFolder(repo, folder);
  const told: FindingCode[] = [];
  const parts: Parts = {
    clock: systemClock,
    env: {},
    folder,
    actor,
    openStorage: async () => storage,
    password: async () => new Secret("p"),
  };
  const watch: JobWatch = {
    emit: (event) => event.type === "finding" && told.push(event.finding.code),
    signal: new AbortController().signal,
  };
  return { storage, repo, parts, watch, told };
}

function dataPack({ storage }: Scene): { name: string; bytes: Uint8Array } {
  const packs = [...storage.files].filter(([name]) => name.startsWith("data/"));
  const [name, bytes] = packs.sort((a, b) => b[1].length - a[1].length)[0] ?? assert.fail();
  return { name, bytes };
}

it("the three in a row, as a person calls them: copies are kept, what is lost is told, no lock stays", async () => {
  await using folder = await tempFolder("run-repair");
  const scene = await makeScene(folder.path);
  const { parts, watch, told } = scene;
  for (const name of scene.storage.files.keys()) if (name.startsWith("index/")) scene.storage.files.delete(name);
  const { name, bytes } = dataPack(scene);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  const index = await runRepairIndex({ repository, dryRun: false, readAllPacks: false }, parts, watch);
  assert.deepEqual([index.packsAdded, index.incomplete], [index.packs, false]);
  const id = name.slice("data/".length);
  const packs = await runRepairPacks({ repository, dryRun: false, packs: [id] }, parts, watch);
  assert.deepEqual([packs.packsRemoved, packs.blobsLost, packs.incomplete], [1, 1, true]);
  assert.ok((await readFile(join(folder.path, `pack-${id}`))).equals(bytes));
  const choice = { repository, dryRun: false, snapshots: { queries: [], filter: {} }, forget: true };
  const snapshots = await runRepairSnapshots(choice, parts, watch);
  assert.deepEqual([snapshots.repaired.length, snapshots.removed, snapshots.incomplete], [1, 1, false]);
  assert.deepEqual(told, ["PACK_COPY_KEPT", "FILE_PIECES_MISSING", "FILE_LOST"]);
  assert.ok(![...scene.storage.files.keys()].some((file) => file.startsWith("locks/")));
});

it("a copy that another file stands in the way of stops the repair", async () => {
  await using folder = await tempFolder("run-repair");
  const scene = await makeScene(folder.path);
  const { name, bytes } = dataPack(scene);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  const id = name.slice("data/".length);
  const call = { repository, dryRun: false, packs: [id] };
  await writeFile(join(folder.path, `pack-${id}`), "something else");
  const before = [...scene.storage.files.keys()];
  await assert.rejects(runRepairPacks(call, scene.parts, scene.watch), { code: "PACK_COPY_FAILED" });
  assert.deepEqual([...scene.storage.files.keys()], before);
  await writeFile(join(folder.path, `pack-${id}`), bytes);
  assert.equal((await runRepairPacks(call, scene.parts, scene.watch)).packsRemoved, 1, "the same bytes are as good");
});

it("waits for nobody: a repair is alone, a dry run is not", async () => {
  await using folder = await tempFolder("run-repair");
  const scene = await makeScene(folder.path);
  await writeLock(scene.repo, "shared");
  const call = (dryRun: boolean) =>
    runRepairIndex({ repository, dryRun, readAllPacks: false }, scene.parts, scene.watch);
  await assert.rejects(call(false), { code: "REPOSITORY_LOCKED" });
  assert.equal((await call(true)).incomplete, false);
});
