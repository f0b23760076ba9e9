/** What must survive: every snapshot that was ever committed, with the bytes it must restore. */
import assert from "node:assert/strict";
import { access, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { startObhut, startRestic, succeeded, type Workplace } from "./program.ts";
import { repositoryState } from "./repository-state.ts";
import type { Seeded } from "./seeded.ts";
import { differences, type TreeHashes, treeHashes } from "./tree-hashes.ts";

/** Left out of every capture: SQLite's companions, and what the app makes or downloads again. */
const leftOut = /^(webui\.db-(wal|shm)|audit\.log|cache\/(embedding|whisper|tiktoken|audio\/speech)\/.*)$/;

export interface CrashHistory {
  /** Ids of the committed snapshots, oldest first. */
  ids(): readonly string[];
  /** Notes a snapshot that was just committed: it must restore to what the data directory holds now. */
  add(id: string): Promise<void>;
  /** Restores a snapshot of before and compares it with what it gave the first time. */
  assertRestores(id: string): Promise<void>;
}

export function crashHistory(place: Workplace): CrashHistory {
  const known = new Map<string, TreeHashes>();
  const restored = async (id: string): Promise<TreeHashes> => {
    const target = path.join(place.root, "restored");
    await mkdir(target);
    await succeeded(startObhut(place, "restore", id, "--from", place.repository, "--target", target), `restore ${id}`);
    const hashes = await treeHashes(await dataBelow(target));
    await rm(target, { recursive: true });
    return hashes;
  };
  return {
    ids: () => [...known.keys()],
    add: async (id) => {
      const got = await restored(id);
      assert.deepEqual(
        differences(await treeHashes(place.data), got, (file) => leftOut.test(file)),
        [],
        `snapshot ${id}`,
      );
      known.set(id, got);
    },
    assertRestores: async (id) => {
      const wanted = known.get(id);
      assert.ok(wanted, `snapshot ${id} was never committed`);
      assert.deepEqual(differences(wanted, await restored(id)), [], `snapshot ${id}`);
    },
  };
}

async function dataBelow(target: string): Promise<string> {
  const here = await access(path.join(target, "webui.db")).then(
    () => true,
    () => false,
  );
  return here ? target : path.join(target, "data");
}

/**
 * Takes away the lock of the dead and lets stock restic judge the rest. restic believes that a process which is not there on its
 * own machine is dead; Obhut, which may run in a container, believes the clock alone, and has to be told.
 */
export async function assertRepositoryClean(place: Workplace, random: Seeded): Promise<void> {
  const unlock =
    random.fraction() < 0.5
      ? startObhut(place, "unlock", "--remove-all", "--from", place.repository)
      : startRestic(place, "unlock");
  await succeeded(unlock, "unlock");
  const { locks } = await repositoryState(place.repository);
  assert.deepEqual([...locks], [], "the lock of a process that is dead can be taken away");
  await succeeded(startRestic(place, "check"), "restic check");
}
