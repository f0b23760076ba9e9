/**
 * SIGKILL at any moment of a prune: each snapshot restores byte for byte by restic, which finds nothing wrong, and the next prune comes
 * to the end that the killed one would have come to. OBHUT_SEED=N repeats the choices of a run.
 */
import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { tempFolder } from "../support/temp-folder.ts";
import { holedRounds, judgeHoled, makeHoled } from "./holed-repository.ts";
import { killAt } from "./kill-moment.ts";
import { type Started, startObhut, startRestic, succeeded, workplaceIn } from "./program.ts";
import { repositoryState } from "./repository-state.ts";
import { chosenSeed, seeded } from "./seeded.ts";

const isLong = process.env["OBHUT_LONG"] !== undefined;
const kills = isLong ? 50 : 2;

test(`a prune killed ${kills} times loses nothing, and the next one finishes it`, async (t) => {
  const seed = chosenSeed();
  t.diagnostic(`OBHUT_SEED=${seed}`);
  const random = seeded(seed);
  await using folder = await tempFolder("kill-prune");
  const place = await workplaceIn(folder.path, path.join(folder.path, "data"));
  const pristine = path.join(folder.path, "pristine");
  const wanted = await makeHoled({ ...place, repository: pristine }, random);
  const prune = (): Started => startObhut(place, "prune", "--from", place.repository, "--max-unused", "0");

  let [killed, wholeMs, changed] = [0, 0, 0];
  let packs = 0;
  while (killed < kills) {
    await rm(place.repository, { recursive: true, force: true });
    await cp(pristine, place.repository, { recursive: true });
    const before = await repositoryState(place.repository);
    if (wholeMs > 0) {
      // Seldom before anything is written; else after some names came or went.
      const early = random.fraction() < 0.2;
      const moment = {
        aim: "any",
        watched: random.fraction() < 0.7 ? "data" : "index",
        names: early ? 0 : 1 + random.below(2),
        delayMs: early ? random.fraction() * wholeMs : random.below(30),
      } as const;
      const wasKilled = (await killAt(moment, place.repository, prune)).signal === "SIGKILL";
      if (wasKilled) killed++;
      await judgeHoled(place, wanted);
      const after = await repositoryState(place.repository);
      const hasChanged = after.packs.size !== before.packs.size || after.indexes.size !== before.indexes.size;
      if (wasKilled && hasChanged) changed++;
      await succeeded(startObhut(place, "unlock", "--remove-all", "--from", place.repository), "unlock");
    }
    const startedMs = performance.now();
    await succeeded(prune(), "the next prune");
    if (wholeMs === 0) wholeMs = performance.now() - startedMs;
    await succeeded(startRestic(place, "check", "--read-data", "--no-lock"), "restic check");
    const { packs: left, locks } = await repositoryState(place.repository);
    assert.deepEqual([...locks], []);
    if (packs === 0) packs = left.size;
    assert.ok(left.size < before.packs.size + holedRounds, `${left.size} packs of ${before.packs.size}`);
  }
  if (isLong) assert.ok(changed > 0, "no kill came after the first write");
  t.diagnostic(`killed ${killed}, of which ${changed} had begun to write; ${packs} packs stay`);
});
