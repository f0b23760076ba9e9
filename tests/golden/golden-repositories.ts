/** The repositories in tests/golden/fixtures, and what each of their snapshots must give back. tests/golden/README.md says how they were made. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { bytePath } from "../../src/base/byte-path.ts";
import { loadIndex } from "../../src/repository/load-index.ts";
import type { Repository } from "../../src/repository/repository.ts";
import { planRestore } from "../../src/repository/restore/plan-restore.ts";
import { restore } from "../../src/repository/restore/restore.ts";
import type { StoredSnapshot } from "../../src/repository/snapshots.ts";
import { unpackArchive } from "../support/fixture.ts";
import { type ListedEntry, listTree } from "../support/tree-listing.ts";

const fixtures = resolve(import.meta.dirname, "fixtures");
const ending = ".tar.zst";

/** The states of the folder that was backed up; each snapshot bears `state-N` as a tag. */
export type State = 1 | 2 | 3;
type Listing = Readonly<Record<string, Partial<ListedEntry>>>;

export const goldenNames: readonly string[] = readdirSync(fixtures)
  .filter((name) => name.endsWith(ending))
  .map((name) => name.slice(0, -ending.length))
  .sort();

/** Those of format 1 have no third state: it is large where nothing is compressed. */
export function statesOf(name: string): readonly State[] {
  return name.endsWith("format-1") ? [1, 2] : [1, 2, 3];
}

/** The repository at `path`, which must not be there; the password is `testPassword`. */
export async function unpackGolden(name: string, path: string): Promise<void> {
  await mkdir(path);
  await unpackArchive(join(fixtures, `${name}${ending}`), path);
}

/** What `make-source.ts` told when it had made the folder. */
export function expectedListing(state: State): Listing {
  const file = ["first", "second", "third"][state - 1];
  return comparable(JSON.parse(readFileSync(join(fixtures, `${file}.json`), "utf8")));
}

/** The owner is not compared: only root can give it back. */
function comparable(listing: Readonly<Record<string, ListedEntry>>): Listing {
  return Object.fromEntries(Object.entries(listing).map(([name, { owner: _, ...entry }]) => [name, entry]));
}

export function snapshotOf(state: State, snapshots: readonly StoredSnapshot[]): StoredSnapshot {
  const [found, second] = snapshots.filter(({ tags }) => tags.includes(`state-${state}`));
  assert.ok(found !== undefined && second === undefined, `one snapshot of state ${state}`);
  return found;
}

/** Restores it, every byte proven, and lists what came out. */
export async function restoredListing(repo: Repository, snapshot: StoredSnapshot, target: string): Promise<Listing> {
  const indexed = await loadIndex(repo);
  const plan = await planRestore(indexed, snapshot, { subpath: bytePath("/source") });
  const { findings } = await restore(indexed, plan, { target, verify: true, threads: 1 });
  assert.deepEqual(findings, []);
  return comparable(await listTree(target));
}
