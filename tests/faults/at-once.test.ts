/** Two backups and a prune that begin at the same moment, each a process of its own: each is done or says who is in its way, and nothing is lost. */
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { crashHistory } from "../crash/crash-history.ts";
import { crashScene } from "../crash/crash-scene.ts";
import { startBackup, startObhut, startRestic, succeeded } from "../crash/program.ts";
import { newNames } from "../crash/repository-state.ts";
import { chosenSeed, seeded } from "../crash/seeded.ts";

const rounds = process.env["OBHUT_LONG"] === undefined ? 4 : 40;

test("with --retry-lock all of them are done, one after the other", async () => {
  await using scene = await crashScene({ seed: 21, notes: 2 });
  const { place } = scene;
  await scene.change(2);
  const waits = ["--retry-lock", "2m", "--json"];
  const holder = startObhut(place, "prune", "--from", place.repository, "--max-unused", "0", ...waits);
  const ends = await Promise.all([
    holder.ended,
    ...["one", "two"].map((tag) => startObhut(place, "tag", "--from", place.repository, "--add", tag, ...waits).ended),
  ]);
  for (const { code, output } of ends) {
    assert.ok(code === 0, output);
  }
  assert.ok(
    ends.some(({ output }) => output.includes("LOCK_AWAITED")),
    "nobody had to wait",
  );
  await succeeded(startRestic(place, "check", "--read-data"), "restic check");
});

test(`${rounds} times two backups and a prune at the same moment`, async (t) => {
  const seed = chosenSeed();
  t.diagnostic(`OBHUT_SEED=${seed}`);
  const random = seeded(seed);
  await using scene = await crashScene({ seed, notes: 3 });
  const { place } = scene;
  // A second instance: the data directory as it was, which nobody uses.
  const other = { ...place, data: path.join(place.root, "other") };
  await scene.assertNobodyLeft();
  await cp(place.data, other.data, { recursive: true, filter: (name) => !/-(wal|shm)$/.test(name) });
  const [ours, theirs] = [crashHistory(place), crashHistory(other)];
  const ends = new Map<string, number>();
  const count = (what: string): void => void ends.set(what, (ends.get(what) ?? 0) + 1);
  for (let round = 0; round < rounds; round++) {
    await scene.change(2);
    const before = await scene.state();
    const prune = ["prune", "--from", place.repository, "--max-unused", "0", "--json"];
    const later = async <T>(start: () => T): Promise<T> => {
      await sleep(random.below(round % 2 === 0 ? 5 : 400));
      return start();
    };
    const [mine, second, pruned] = await Promise.all([
      later(() => startBackup(place)).then(({ ended }) => ended),
      later(() => startBackup(other)).then(({ ended }) => ended),
      later(() => startObhut(place, ...prune)).then(({ ended }) => ended),
    ]);
    for (const [name, { code, output }] of Object.entries({ mine, second, pruned })) {
      assert.ok(
        code === 0 || (code === 11 && output.includes("REPOSITORY_LOCKED")),
        `${name} ended with ${code}: ${output}`,
      );
      count(`${name === "pruned" ? "prune" : "backup"} ${code === 0 ? "done" : "locked"}`);
    }
    await scene.assertNobodyLeft();
    const after = await scene.state();
    assert.deepEqual([...after.locks], [], "no lock stays");
    const made = newNames(before.snapshots, after.snapshots);
    assert.equal(made.length, [mine, second].filter(({ code }) => code === 0).length);
    for (const id of made) {
      const isOurs = mine.output.includes(id) || !second.output.includes(id);
      await (isOurs ? ours : theirs).add(id);
    }
    await succeeded(startRestic(place, "check", "--read-data"), "restic check");
    // Holes for the next prune.
    const [oldest] = [...after.snapshots];
    if (after.snapshots.size > 4 && oldest !== undefined) {
      await succeeded(startRestic(place, "forget", "--keep-last", "2", "--group-by", ""), "restic forget");
    }
  }
  const left = (await scene.state()).snapshots;
  for (const id of [...ours.ids(), ...theirs.ids()]) {
    if (left.has(id)) await (ours.ids().includes(id) ? ours : theirs).assertRestores(id);
  }
  t.diagnostic([...ends].map(([what, times]) => `${what} ${times}`).join(", "));
  assert.ok((ends.get("backup done") ?? 0) > 0 && ends.size > 1, "they never met");
});
