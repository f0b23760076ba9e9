/** Repositories on which one operation meets its fault: in memory, or as real folders that restic can judge. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathOf } from "../../../src/storage/local/layout.ts";
import { localStorage } from "../../../src/storage/local/local-storage.ts";
import { MemoryStorage } from "../../../src/storage/memory/memory-storage.ts";
import { fileTypes, type Storage } from "../../../src/storage/storage.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { type DoomedProcess, DyingStorage, type Write } from "./dying-storage.ts";

/** Repositories by the path that an operation knows them by. */
export type Repositories = ReadonlyMap<string, MemoryStorage>;

export interface Stage extends AsyncDisposable {
  /** As the disks hold them: what a process that begins now finds. */
  readonly storages: ReadonlyMap<string, Storage>;
  /** The folder of a repository, where there is one. */
  folderOf(name: string): string | undefined;
  /** The same storages, in the hands of a process that may die. */
  inHandsOf(process: DoomedProcess): ReadonlyMap<string, Storage>;
}

export type MakeStage = (repositories: Repositories) => Promise<Stage>;

/** A storage without temporary files: a write that is cut off leaves nothing. */
export async function memoryStage(repositories: Repositories): Promise<Stage> {
  const storages = new Map([...repositories].map(([name, from]) => [name, copyOf(from)] as const));
  return {
    storages,
    folderOf: () => undefined,
    inHandsOf: (process) => dying(storages, process, async () => undefined),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

export async function folderStage(repositories: Repositories): Promise<Stage> {
  const root = await tempFolder("write-k");
  const folderOf = (name: string): string => path.join(root.path, name);
  const storages = new Map([...repositories.keys()].map((name) => [name, localStorage(folderOf(name))] as const));
  for (const [name, storage] of storages) await fill(storage, repositories.get(name) ?? new MemoryStorage());
  return {
    storages,
    folderOf,
    inHandsOf: (process) => dying(storages, process, (name, write) => leaveHalf(folderOf(name), write)),
    [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
  };
}

/** What it holds is never changed in place, so that the bytes themselves can be shared. */
export function copyOf(from: MemoryStorage): MemoryStorage {
  const copy = new MemoryStorage({ location: from.location });
  for (const [key, bytes] of from.files) copy.files.set(key, bytes);
  return copy;
}

async function fill(storage: Storage, from: MemoryStorage): Promise<void> {
  if (from.files.size === 0) return;
  await storage.create();
  for (const type of fileTypes) {
    for await (const { name } of from.list(type)) await storage.save({ type, name }, await from.load({ type, name }));
  }
}

function dying(
  storages: ReadonlyMap<string, Storage>,
  process: DoomedProcess,
  halfway: (name: string, write: Write) => Promise<void>,
): ReadonlyMap<string, Storage> {
  return new Map(
    [...storages].map(([name, inner]) => [
      name,
      new DyingStorage(inner, { process, halfway: (write) => halfway(name, write) }),
    ]),
  );
}

/** As `durableWrite` leaves it: the temporary file with the first half of the bytes. A repository has some of its folders. */
async function leaveHalf(folder: string, write: Write): Promise<void> {
  if (write.call === "create") await mkdir(path.join(folder, "data", "00"), { recursive: true });
  if (write.call !== "save") return;
  const half = write.bytes.subarray(0, write.bytes.length / 2);
  await writeFile(path.join(folder, `${pathOf(write.file)}-tmp-0123abcd`), half);
}
