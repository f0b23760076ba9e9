/**
 * SIGKILL at any moment of a backup: whatever was committed before restores byte for byte, stock restic finds nothing wrong, the
 * next run goes on where the killed one stopped, and nothing of the dead stays behind.
 * OBHUT_SEED=N repeats the choices of a run (not its timing, which is the machine's).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { tempFolder } from "../support/temp-folder.ts";
import { assertRepositoryClean, crashHistory } from "./crash-history.ts";
import { killAt, momentFor, type Timing, timed } from "./kill-moment.ts";
import { everythingIn, nobodyLeft } from "./leftovers.ts";
import { startBackup, startObhut, succeeded, workplaceIn } from "./program.ts";
import { addedPackBytes, newNames, type Phase, phaseOf, phases, repositoryState } from "./repository-state.ts";
import { runningApp } from "./running-app.ts";
import { chosenSeed, seeded } from "./seeded.ts";

const MiB = 1 << 20;
const kills = process.env["OBHUT_LONG"] === undefined ? 8 : 50;
/** Each kill takes more than one try when the moment does not come: a run may end before it. */
const maxTries = kills * 3;
/** 64 MiB of files and 6 MiB of the database in each run. */
const changedFiles = 16;
const endsWithinMs = 5_000;

test(`a backup killed ${kills} times loses nothing and resumes`, async (t) => {
  const seed = chosenSeed();
  t.diagnostic(`OBHUT_SEED=${seed}`);
  const random = seeded(seed);
  await using root = await tempFolder("crash");
  await using app = await runningApp(seed);
  const place = await workplaceIn(root.path, app.dataDir);
  const history = crashHistory(place);
  const state = () => repositoryState(place.repository);
  let changes = 0;
  const change = () => app.change(seed + ++changes, changedFiles);

  /** Runs to the end; says what it added, and that it left nothing in the scratch folder. */
  const finish = async () => {
    const before = await state();
    await succeeded(startBackup(place), "backup");
    const after = await state();
    await app.checkpoint();
    const [id = ""] = newNames(before.snapshots, after.snapshots);
    await history.add(id);
    assert.deepEqual(await everythingIn(place.scratch), [], "a finished run leaves no scratch, nor that of the dead");
    return addedPackBytes(before, after);
  };

  await succeeded(startObhut(place, "init", "--to", place.repository), "init");
  await finish();
  await change();
  const { timing, freshBytes } = await undisturbed();
  await app.checkpoint();
  assert.ok(freshBytes > changedFiles * 4 * MiB, `a change adds all its bytes, not ${freshBytes}`);

  const hit = new Map<Phase, number>(phases.map((phase) => [phase, 0]));
  const missing = () => phases.filter((phase) => hit.get(phase) === 0);
  let killed = 0;
  let inGroup = 0;
  let groupStart = await state();
  for (let tries = 0; (killed < kills || missing().length > 0) && tries < maxTries; tries++) {
    if (inGroup === 0) {
      await change();
      groupStart = await state();
    }
    const aims = [...phases, "any"] as const;
    const aim = (killed < kills ? undefined : missing()[0]) ?? aims[tries % aims.length] ?? "any";
    const before = await state();
    const ended = await killAt(momentFor(aim, timing, random), place.repository, () => startBackup(place));
    await nobodyLeft(place, endsWithinMs);
    await app.checkpoint();
    const after = await state();
    const [committed] = newNames(before.snapshots, after.snapshots);
    if (ended.signal === "SIGKILL") {
      const phase = phaseOf(before, after);
      hit.set(phase, (hit.get(phase) ?? 0) + 1);
      killed++;
      inGroup++;
    } else assert.equal(ended.code, 0, ended.output);
    await assertRepositoryClean(place, random);
    if (committed !== undefined) await history.add(committed);
    const earlier = history.ids();
    await history.assertRestores(earlier[random.below(earlier.length)] ?? "");

    // Now and then a killed run follows a killed run before one comes to its end.
    if (committed === undefined && random.fraction() < 0.3) continue;
    if (committed === undefined) await finish();
    const added = addedPackBytes(groupStart, await state());
    assert.ok(
      added < freshBytes * 1.05 + 4 * MiB,
      `${inGroup} kills: ${added} bytes stored, a fresh run ${freshBytes}`,
    );
    inGroup = 0;
  }
  t.diagnostic(`killed ${killed}: ${[...hit].map(([phase, count]) => `${phase} ${count}`).join(", ")}`);
  assert.deepEqual(missing(), [], "kills landed in every phase");
  assert.ok(killed >= kills, `only ${killed} of ${kills} runs were still running when they were to be killed`);
  for (const id of history.ids()) await history.assertRestores(id);

  async function undisturbed(): Promise<{ timing: Timing; freshBytes: number }> {
    const before = await state();
    const { ended, firstPackMs, wholeMs } = await timed(place.repository, () => startBackup(place));
    assert.equal(ended.code, 0, ended.output);
    const after = await state();
    const packs = newNames(before.packs, after.packs).length;
    return { timing: { firstPackMs, wholeMs, packs }, freshBytes: addedPackBytes(before, after) };
  }
});
