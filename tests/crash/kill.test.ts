/**
 * SIGKILL at any moment of a backup: whatever was committed before restores byte for byte, stock restic finds nothing wrong, the
 * next run goes on where the killed one stopped, and nothing of the dead stays behind.
 * OBHUT_SEED=N repeats the choices of a run (not its timing, which is the machine's).
 */
import assert from "node:assert/strict";
import { utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { assertRepositoryClean } from "./crash-history.ts";
import { type CrashScene, crashScene } from "./crash-scene.ts";
import { killAt, momentFor, type Timing, timed } from "./kill-moment.ts";
import { startBackup } from "./program.ts";
import { addedPackBytes, newNames, type Phase, phaseOf, phases, repositoryState } from "./repository-state.ts";
import { chosenSeed, type Seeded, seeded } from "./seeded.ts";

const MiB = 1 << 20;
const isLong = process.env["OBHUT_LONG"] !== undefined;
const kills = isLong ? 50 : 6;
/** A kill may take more than one try: a run can end before the moment comes. */
const maxTries = kills * 4;
/** Of 4 MiB each, in each run, beside 6 MiB of the database: enough packs that kills land between them. */
const changedFiles = isLong ? 16 : 10;
const notes = isLong ? 24 : 14;
const aims = [...phases, "any"] as const;

test(`a backup killed ${kills} times loses nothing and resumes`, async (t) => {
  const seed = chosenSeed();
  t.diagnostic(`OBHUT_SEED=${seed}`);
  const random = seeded(seed);
  await using scene = await crashScene({ seed, notes });
  await scene.change(changedFiles);
  const { timing: measured, freshBytes } = await undisturbedRun(scene);
  let timing = measured;
  const hit = new Map<Phase, number>(phases.map((phase) => [phase, 0]));
  const missed = (): Phase[] => phases.filter((phase) => hit.get(phase) === 0);

  let killed = 0;
  for (let tries = 0; (killed < kills || missed().length > 0) && tries < maxTries; ) {
    await scene.change(changedFiles);
    const start = await scene.state();
    let committed = false;
    let inARow = 0;
    // Now and then a killed run follows a killed run, before one comes to its end.
    do {
      const aim = (killed < kills ? undefined : missed()[0]) ?? aims[tries % aims.length] ?? "any";
      const found = await killedRun(scene, momentFor(aim, timing, random), random);
      tries++;
      committed = found.committed;
      if (found.phase === undefined) {
        // It ended before it was killed: the machine was busier when the measure was taken.
        timing = { ...timing, firstPackMs: timing.firstPackMs * 0.8, wholeMs: timing.wholeMs * 0.8 };
        continue;
      }
      hit.set(found.phase, (hit.get(found.phase) ?? 0) + 1);
      killed++;
      inARow++;
    } while (!committed && random.fraction() < 0.3);
    if (!committed) await scene.finish();
    const added = addedPackBytes(start, await scene.state());
    const limit = freshBytes * 1.05 + 4 * MiB;
    assert.ok(added < limit, `with ${inARow} kills ${added} bytes were stored, without any ${freshBytes}`);
  }

  t.diagnostic(`killed ${killed}: ${[...hit].map(([phase, count]) => `${phase} ${count}`).join(", ")}`);
  assert.deepEqual(missed(), [], "kills landed in every phase");
  assert.ok(killed >= kills, `only ${killed} of ${kills} runs were still at work when they were to be killed`);
  await assertJunkIsCleared(scene);
  for (const id of scene.history.ids()) await scene.history.assertRestores(id);
});

/** Half-written files may belong to somebody who is still at work; after two days they cannot, and the next run clears them. */
async function assertJunkIsCleared(scene: CrashScene): Promise<void> {
  const old = Date.now() / 1000 - 2 * 24 * 3600;
  // A positive control: what the kills left depends on where they hit.
  const planted = path.join(scene.place.repository, "data", "00", `${"0".repeat(64)}-tmp-0123abcd`);
  await writeFile(planted, "half a pack");
  for (const file of (await scene.state()).unfinished) await utimes(file, old, old);
  await scene.finish();
  assert.deepEqual((await scene.state()).unfinished, []);
}

/** What a run takes that nobody kills; the measure for all others. */
async function undisturbedRun({
  place,
  state,
  assertNobodyLeft,
}: CrashScene): Promise<{ timing: Timing; freshBytes: number }> {
  const before = await state();
  const { ended, firstPackMs, wholeMs } = await timed(place.repository, () => startBackup(place));
  assert.equal(ended.code, 0, ended.output);
  const after = await state();
  await assertNobodyLeft();
  const freshBytes = addedPackBytes(before, after);
  assert.ok(freshBytes > changedFiles * 4 * MiB, `a change adds all its bytes, not ${freshBytes}`);
  return { timing: { firstPackMs, wholeMs, packs: newNames(before.packs, after.packs).length }, freshBytes };
}

/** Kills one run, and sees that the repository is whole. `phase` is undefined where it ended before it was killed. */
async function killedRun(
  scene: CrashScene,
  moment: ReturnType<typeof momentFor>,
  random: Seeded,
): Promise<{ phase: Phase | undefined; committed: boolean }> {
  const { place, history } = scene;
  const before = await scene.state();
  const ended = await killAt(moment, place.repository, () => startBackup(place));
  if (ended.signal !== "SIGKILL") assert.equal(ended.code, 0, ended.output);
  await scene.assertNobodyLeft();
  const after = await repositoryState(place.repository);
  await assertRepositoryClean(place, random);
  const [committed] = newNames(before.snapshots, after.snapshots);
  if (committed !== undefined) await history.add(committed);
  const earlier = history.ids();
  await history.assertRestores(earlier[random.below(earlier.length)] ?? "");
  return { phase: ended.signal === "SIGKILL" ? phaseOf(before, after) : undefined, committed: committed !== undefined };
}
