/** A small repository in memory to be damaged, the repairs, and what is left to say of it. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bytePath } from "../../src/base/byte-path.ts";
import { type Finding, isIncomplete } from "../../src/base/finding-codes.ts";
import { checkRepository } from "../../src/repository/check/check-repository.ts";
import { initRepository } from "../../src/repository/init-repository.ts";
import { loadIndex } from "../../src/repository/load-index.ts";
import { readFile, requireFile } from "../../src/repository/read-file.ts";
import { repairIndex } from "../../src/repository/repair/repair-index.ts";
import { repairPacks } from "../../src/repository/repair/repair-packs.ts";
import { repairSnapshots } from "../../src/repository/repair/repair-snapshots.ts";
import type { Repository } from "../../src/repository/repository.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { MemoryStorage, type MemoryStorageOptions } from "../../src/storage/memory/memory-storage.ts";
import { cheapKdf, testActor } from "./actor.ts";
import { bytesOfSeed } from "./odd-folder.ts";
import { storeFolder } from "./stored-folder.ts";
import { tempFolder } from "./temp-folder.ts";

export interface Scene {
  readonly repo: Repository;
  readonly files: Map<string, Uint8Array>;
}

/** Two snapshots; files that share nothing, in one data pack each snapshot. */
const sound = await soundScene();
export const contents: Readonly<Record<string, Buffer>> = {
  first: bytesOfSeed(1, 30_000),
  second: bytesOfSeed(2, 20_000),
  "folder/third": bytesOfSeed(3, 10_000),
  "pages.db": bytesOfSeed(4, 8 * 16384),
};

async function soundScene(): Promise<Scene> {
  await using folder = await tempFolder("repair");
  const storage = new MemoryStorage();
  const repo = await initRepository(storage, { password: "p", actor: testActor(), kdf: cheapKdf });
  await mkdir(join(folder.path, "source/folder"), { recursive: true });
  const write = (name: string, seed: number, bytes: number): Promise<void> =>
    writeFile(join(folder.path, "source", name), bytesOfSeed(seed, bytes));
  await write("first", 1, 30_000);
  await write("folder/third", 3, 10_000);
  await storeFolder(repo, join(folder.path, "source"), { timeMs: 1_700_000_000_000 });
  await write("second", 2, 20_000);
  await write("pages.db", 4, 8 * 16384);
  await storeFolder(repo, join(folder.path, "source"), { timeMs: 1_700_000_100_000 });
  return { repo, files: storage.files };
}

export function copy(options: MemoryStorageOptions = {}): Scene {
  return copyInto(new MemoryStorage(options));
}

/** The same in a storage with faults of its own. */
export function copyInto(storage: MemoryStorage): Scene {
  for (const [name, bytes] of sound.files) storage.files.set(name, Uint8Array.from(bytes));
  return { files: storage.files, repo: { ...sound.repo, storage } };
}

export async function problems({ repo }: Scene): Promise<string[]> {
  const { findings } = await checkRepository(repo, { readData: { kind: "all" }, threads: 1 });
  return findings.filter(isIncomplete).map(shown);
}

export function shown({ code, params }: Finding): string {
  return `${code} ${"path" in params ? params.path : ""}`.trim();
}

export const fixIndex = (scene: Scene, readAllPacks = false) =>
  repairIndex(scene.repo, { readAllPacks, dryRun: false });
export const noCopy = async (): Promise<void> => undefined;

export async function fixPacks(scene: Scene, packs: readonly string[]) {
  return await repairPacks(scene.repo, { packs, dryRun: false, keepCopy: noCopy });
}

export async function fixSnapshots(scene: Scene, { forget = true, dryRun = false, giveUpDamaged = false } = {}) {
  const { snapshots, damaged } = await loadSnapshots(scene.repo);
  return await repairSnapshots(scene.repo, { snapshots, existing: snapshots, damaged, forget, dryRun, giveUpDamaged });
}

/** The pack that holds a piece of the file, as `data/ID`, and the offset of that piece. */
export async function placeOf(
  { repo }: Scene,
  file: string,
  piece = 0,
): Promise<{ name: string; id: string; offset: number }> {
  const indexed = await loadIndex(repo);
  const snapshot = (await loadSnapshots(repo)).snapshots.at(-1) ?? assert.fail();
  const node = await requireFile(indexed, snapshot.tree, bytePath(`/data/${file}`));
  const place = indexed.index.lookupAt("data", node.content ?? assert.fail(), piece) ?? assert.fail();
  return { name: `data/${place.pack}`, id: place.pack, offset: place.offset };
}

export function flip({ files }: Scene, name: string, at: number): void {
  const bytes = files.get(name) ?? assert.fail(name);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
}

export async function assertContent({ repo }: Scene, without: readonly string[] = []): Promise<void> {
  const indexed = await loadIndex(repo);
  const snapshot = (await loadSnapshots(repo)).snapshots.at(-1) ?? assert.fail();
  for (const [name, bytes] of Object.entries(contents)) {
    const reading = readFile(indexed, snapshot.tree, bytePath(`/data/${name}`));
    if (without.includes(name)) await assert.rejects(reading, { code: "PATH_NOT_IN_SNAPSHOT" });
    else assert.ok((await reading).equals(bytes), name);
  }
}

export function names({ files }: Scene, type: string): string[] {
  return [...files.keys()].filter((name) => name.startsWith(`${type}/`));
}

/** The packs that hold trees. */
export async function treePacks({ repo }: Scene): Promise<readonly string[]> {
  const { snapshots } = await loadSnapshots(repo);
  const { index } = await loadIndex(repo);
  return snapshots.map(({ tree }) => `data/${index.lookup("tree", tree)?.pack ?? assert.fail()}`);
}
