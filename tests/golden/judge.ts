/** Whether a repository in memory is whole: by restic's word, and by what comes out of it. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { newestRestic } from "../support/restic.ts";
import { idOf, type Scene } from "./damage.ts";
import { expectedListing, restoredListing, type State, snapshotOf } from "./golden-repositories.ts";

/** What restic's check says against it; nothing where it finds it whole. The repository lies at `path` then, as restic has it. */
export async function resticComplains({ storage }: Scene, path: string): Promise<string> {
  for (const [name, bytes] of storage.files) {
    const file = join(path, name.startsWith("data/") ? `data/${idOf(name).slice(0, 2)}/${idOf(name)}` : name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  return await newestRestic.run(path, "check", "--read-data").then(
    () => "",
    (error: unknown) => String(error),
  );
}

export interface RestoreExpectation {
  readonly folder: string;
  /** Paths that no restore brings back. */
  readonly isLost?: (path: string, state: State) => boolean;
}

/** Every byte, mode, time and link of these states. */
export async function allRestored(
  { repo }: Scene,
  states: readonly State[],
  { folder, isLost = () => false }: RestoreExpectation,
): Promise<void> {
  const { snapshots, findings } = await loadSnapshots(repo);
  assert.deepEqual(findings, []);
  for (const state of states) {
    const expected = Object.entries(expectedListing(state)).filter(([path]) => !isLost(path, state));
    const restored = await restoredListing(repo, snapshotOf(state, snapshots), join(folder, `state ${state}`));
    assert.deepEqual(restored, Object.fromEntries(expected), `state ${state}`);
  }
}
