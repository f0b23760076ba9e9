/**
 * SIGKILL at any moment of a prune: each snapshot restores byte for byte by restic, which finds nothing wrong, and the next prune comes
 * to the end that the killed one would have come to. OBHUT_SEED=N repeats the choices of a run.
 */
import assert from "node:assert/strict";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { rustic } from "../support/restic.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { killAt } from "./kill-moment.ts";
import { type Started, startObhut, startRestic, succeeded, type Workplace, workplaceIn } from "./program.ts";
import { repositoryState } from "./repository-state.ts";
import { chosenSeed, type Seeded, seeded } from "./seeded.ts";
import { differences, type TreeHashes, treeHashes } from "./tree-hashes.ts";

const MiB = 1 << 20;
const isLong = process.env["OBHUT_LONG"] !== undefined;
const kills = isLong ? 50 : 2;
const rounds = 4;

test(`a prune killed ${kills} times loses nothing, and the next one finishes it`, async (t) => {
  const seed = chosenSeed();
  t.diagnostic(`OBHUT_SEED=${seed}`);
  const random = seeded(seed);
  await using folder = await tempFolder("kill-prune");
  const place = await workplaceIn(folder.path, path.join(folder.path, "data"));
  const pristine = path.join(folder.path, "pristine");
  const wanted = await makeHoles({ ...place, repository: pristine }, random);
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
      if ((await killAt(moment, place.repository, prune)).signal === "SIGKILL") killed++;
      await judge(place, wanted);
      const after = await repositoryState(place.repository);
      if (after.packs.size !== before.packs.size || after.indexes.size !== before.indexes.size) changed++;
      await succeeded(startObhut(place, "unlock", "--remove-all", "--from", place.repository), "unlock");
    }
    const startedMs = performance.now();
    await succeeded(prune(), "the next prune");
    if (wholeMs === 0) wholeMs = performance.now() - startedMs;
    await succeeded(startRestic(place, "check", "--read-data", "--no-lock"), "restic check");
    const { packs: left, locks } = await repositoryState(place.repository);
    assert.deepEqual([...locks], []);
    if (packs === 0) packs = left.size;
    assert.ok(left.size < before.packs.size + rounds, `${left.size} packs of ${before.packs.size}`);
  }
  if (isLong) assert.ok(changed > 0, "no kill came after the first write");
  t.diagnostic(`killed ${killed}, of which ${changed} had begun to write; ${packs} packs stay`);
});

/** Snapshots that share files, of which two are forgotten: packs that are used in part. What the others restore to. */
async function makeHoles(place: Workplace, random: Seeded): Promise<ReadonlyMap<string, TreeHashes>> {
  await succeeded(startRestic(place, "init"), "restic init");
  const wanted = new Map<string, TreeHashes>();
  for (let round = 0; round < rounds; round++) {
    await rm(path.join(place.data, `of-${round - 2}`), { recursive: true, force: true });
    await mkdir(path.join(place.data, `of-${round}`), { recursive: true });
    for (let file = 0; file < 8; file++) {
      const bytes = random.bytes(2 * MiB);
      await writeFile(path.join(place.data, file % 2 === 0 ? `kept-${round}-${file}` : `of-${round}/${file}`), bytes);
    }
    const said = await succeeded(startRestic(place, "backup", "--json", place.data), "restic backup");
    const id = /"snapshot_id":"([0-9a-f]+)"/.exec(said)?.[1] ?? assert.fail(said);
    if (round % 2 === 0) await succeeded(startRestic(place, "forget", id), "restic forget");
    else wanted.set(id, await treeHashes(place.data));
  }
  return wanted;
}

/** restic, which needs no lock to look; in the long run rustic too. */
async function judge(place: Workplace, wanted: ReadonlyMap<string, TreeHashes>): Promise<void> {
  await succeeded(startRestic(place, "check", "--read-data", "--no-lock"), "restic check");
  for (const [id, hashes] of wanted) {
    const target = path.join(place.root, "restored");
    await succeeded(startRestic(place, "restore", `${id}:${place.data}`, "--no-lock", "--target", target), "restore");
    assert.deepEqual(differences(hashes, await treeHashes(target)), [], id);
    await rm(target, { recursive: true });
  }
  if (isLong) await rustic.run(place.repository, "--password", "crash test", "check");
}
