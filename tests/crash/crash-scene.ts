/** What the crash tests start from: an app in use, a repository with one committed snapshot, and what to do with both. */
import assert from "node:assert/strict";
import { makeRepository } from "../support/cheap-keys.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { type CrashHistory, crashHistory } from "./crash-history.ts";
import { everythingIn, nobodyLeft } from "./leftovers.ts";
import { crashPassword, startBackup, succeeded, type Workplace, workplaceIn } from "./program.ts";
import { addedPackBytes, newNames, type RepositoryState, repositoryState } from "./repository-state.ts";
import { type RunningApp, runningApp } from "./running-app.ts";

export interface CrashScene extends AsyncDisposable {
  readonly place: Workplace;
  readonly app: RunningApp;
  readonly history: CrashHistory;
  state(): Promise<RepositoryState>;
  /** Changes data that the next run has to store: `files` of 4 MiB and some of the database. Never the same twice. */
  change(files: number): Promise<void>;
  /**
   * Backs up to the end, and sees that the snapshot restores to what the data directory holds and that nothing is left in the
   * scratch folder. Returns the bytes of packs it added.
   */
  finish(): Promise<number>;
  /** After a run ended in whatever way: nobody of it is left, and nobody holds the database's log. */
  assertNobodyLeft(): Promise<void>;
}

export interface SceneOptions {
  readonly seed: number;
  /** Files of 4 MiB in the data directory. */
  readonly notes: number;
  /** Where the repository goes; default: beside everything else. */
  readonly repository?: (root: string) => string;
}

export async function crashScene({ seed, notes, repository }: SceneOptions): Promise<CrashScene> {
  await using cleanup = new AsyncDisposableStack();
  const root = cleanup.use(await tempFolder("crash"));
  const app = cleanup.use(await runningApp(seed, notes));
  const made = await workplaceIn(root.path, app.dataDir);
  const place = repository === undefined ? made : { ...made, repository: repository(root.path) };
  const scene = sceneAt(place, app, seed);
  await makeRepository(place.repository, crashPassword);
  await scene.finish();
  const owned = cleanup.move();
  return { ...scene, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** A run leaves its children behind for no longer than this. */
const endsWithinMs = 5_000;

function sceneAt(place: Workplace, app: RunningApp, seed: number): Omit<CrashScene, typeof Symbol.asyncDispose> {
  const history = crashHistory(place);
  const state = () => repositoryState(place.repository);
  let changes = 0;
  const assertNobodyLeft = async (): Promise<void> => {
    await nobodyLeft(place, endsWithinMs);
    await app.checkpoint();
  };
  const finish = async (): Promise<number> => {
    const before = await state();
    await succeeded(startBackup(place), "backup");
    const after = await state();
    await assertNobodyLeft();
    const [id, ...more] = newNames(before.snapshots, after.snapshots);
    assert.ok(id !== undefined && more.length === 0, "one run, one snapshot");
    await history.add(id);
    assert.deepEqual(await everythingIn(place.scratch), [], "a finished run leaves no scratch, nor that of the dead");
    return addedPackBytes(before, after);
  };
  return {
    place,
    app,
    history,
    state,
    change: (files) => app.change(seed + ++changes, files),
    finish,
    assertNobodyLeft,
  };
}
