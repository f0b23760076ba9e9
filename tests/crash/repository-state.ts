/** How far a run came, told from the repository's folder alone. */
import { readdir, stat } from "node:fs/promises";
import path from "node:path";

export const phases = ["before packs", "in packs", "index", "snapshot"] as const;
/** `index`: an index of this run is there, its snapshot is not. `snapshot`: the run is committed, but did not end. */
export type Phase = (typeof phases)[number];

export interface RepositoryState {
  /** Finished packs with their sizes. */
  readonly packs: ReadonlyMap<string, number>;
  readonly indexes: ReadonlySet<string>;
  readonly snapshots: ReadonlySet<string>;
  readonly locks: ReadonlySet<string>;
  /** Paths of everything that is no file of a repository: what was being written when somebody died. */
  readonly unfinished: readonly string[];
}

const finished = /^[0-9a-f]{64}$/;

export async function repositoryState(repository: string): Promise<RepositoryState> {
  const unfinished: string[] = [];
  const names = async (folder: string): Promise<string[]> => {
    const all = await readdir(path.join(repository, folder));
    for (const name of all) if (!finished.test(name)) unfinished.push(path.join(repository, folder, name));
    return all.filter((name) => finished.test(name));
  };
  const packs = new Map<string, number>();
  for (const folder of await readdir(path.join(repository, "data"))) {
    for (const name of await names(path.join("data", folder)))
      packs.set(name, (await stat(path.join(repository, "data", folder, name))).size);
  }
  const [indexes, snapshots, locks] = [await names("index"), await names("snapshots"), await names("locks")];
  await names("keys");
  return { packs, indexes: new Set(indexes), snapshots: new Set(snapshots), locks: new Set(locks), unfinished };
}

export function phaseOf(before: RepositoryState, after: RepositoryState): Phase {
  if (newNames(before.snapshots, after.snapshots).length > 0) return "snapshot";
  if (newNames(before.indexes, after.indexes).length > 0) return "index";
  return newNames(before.packs, after.packs).length > 0 ? "in packs" : "before packs";
}

/** Bytes of the packs that are in `after` alone. */
export function addedPackBytes(before: RepositoryState, after: RepositoryState): number {
  return newNames(before.packs, after.packs).reduce((sum, name) => sum + (after.packs.get(name) ?? 0), 0);
}

interface Names {
  has(name: string): boolean;
  keys(): Iterable<string>;
}

export function newNames(before: Names, after: Names): string[] {
  return [...after.keys()].filter((name) => !before.has(name));
}
