/**
 * Two writers and somebody who cleans up and repairs what is not broken, all at once on one repository, in weather that fails, lies,
 * cuts and flips, with a clock that jumps and programs that die: nothing that a committed snapshot refers to is ever lost, and a check finds nothing wrong.
 *
 * OBHUT_SEED=N replays one run.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isObhutError } from "../../src/base/errors.ts";
import { chosenSeed, seeded } from "../crash/seeded.ts";
import { SimulatedInstance } from "./simulated-instance.ts";
import { dropUnreadIndexes, mendIndex, mendPack, mendSnapshots, tag } from "./simulated-repairs.ts";
import type { Weather } from "./simulated-storage.ts";
import { backUp, forget, prune, pruneWithoutLock } from "./simulated-work.ts";
import { type Program, SimulatedWorld } from "./simulated-world.ts";

const runs = process.env["OBHUT_LONG"] === undefined ? 6 : 500;
const rounds = 3;
const maxTries = 8;
const longestPauseMs = 1500;
const hourMs = 3_600_000;

const storm: Weather = {
  failure: 0.004,
  lostAnswer: 0.01,
  shortRead: 0.002,
  flippedRead: 0.002,
  staleMs: 100,
  latencyMs: 40,
};

interface Tally {
  ok: number;
  failed: number;
  readonly reasons: Map<string, number>;
}

async function attempt(tally: Tally, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    tally.ok++;
  } catch (error) {
    tally.failed++;
    const reason = (error as { code?: string }).code ?? String(error);
    tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + 1);
  }
}

/** As a person or a plan would: a locked repository is tried again a little later. */
async function patiently(world: SimulatedWorld, work: () => Promise<unknown>): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!isObhutError(error, "REPOSITORY_LOCKED") || tries === maxTries) throw error;
      await world.clock.sleep(world.random.below(2000));
    }
  }
}

/** One program's day: a few things, one after the other, with pauses. */
async function day(world: SimulatedWorld, tally: Tally, works: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const work of works) {
    await world.clock.sleep(world.random.below(longestPauseMs));
    await attempt(tally, () => patiently(world, work));
  }
}

/** Things that happen to everybody, at some moment. */
async function misfortunes(world: SimulatedWorld, programs: readonly Program[]): Promise<void> {
  const { clock, random, place } = world;
  for (let times = random.below(3); times > 0; times--) {
    await clock.sleep(random.below(4 * longestPauseMs));
    const what = random.below(4);
    if (what === 0) clock.jump((random.below(9) - 4) * hourMs);
    else if (what === 1) programs[random.below(programs.length)]?.storage.kill();
    else if (what === 2) place.quotaBytes = place.usedBytes + random.below(100_000);
    else place.quotaBytes = Number.POSITIVE_INFINITY;
  }
}

type Work = typeof prune;

/** What the one who cleans up does beside forgetting. */
interface Cleaning {
  readonly pruning: Work;
  /** One of them after each prune. */
  readonly mending: readonly Work[];
}

const sound: Cleaning = { pruning: prune, mending: [mendIndex, mendPack, mendSnapshots, tag] };

async function simulate(seed: number, tally: Tally, { pruning, mending }: Cleaning = sound): Promise<string[]> {
  const world = await SimulatedWorld.begin(seed);
  const instances = ["north", "south"].map((name, at) => new SimulatedInstance(name, seeded(seed + 7 + at)));
  for (let round = 0; round < rounds; round++) {
    const programs = ["north", "south", "cleaner"].map((name) => world.program(name)) as [Program, Program, Program];
    const writers = instances.map((instance, at) =>
      day(
        world,
        tally,
        [1, 2, 3, 4].map(() => async () => {
          instance.use();
          await backUp(world, programs[at] as Program, instance);
        }),
      ),
    );
    const [, , cleaner] = programs;
    const cleaning = day(
      world,
      tally,
      [1, 2, 3].flatMap(() => [
        () => forget(world, cleaner, 1),
        () => pruning(world, cleaner),
        ...mending
          .slice(0, 1)
          .map(() => async () => await mending[world.random.below(mending.length)]?.(world, cleaner)),
      ]),
    );
    await world.together(storm, [...writers, cleaning, misfortunes(world, programs)]);
    const losses = await world.losses();
    if (losses.length > 0) return losses.map((loss) => `round ${round}: ${loss}`);
    world.clock.jump(hourMs);
  }
  return [];
}

test(`${runs} shared repositories lose nothing`, async (t) => {
  const given = process.env["OBHUT_SEED"] !== undefined;
  const first = chosenSeed();
  const tally: Tally = { ok: 0, failed: 0, reasons: new Map() };
  for (let run = 0; run < (given ? 1 : runs); run++) {
    const seed = (first + run) % 2 ** 31;
    assert.deepEqual(await simulate(seed, tally), [], `OBHUT_SEED=${seed}`);
  }
  t.diagnostic(`OBHUT_SEED=${first}: ${tally.ok} done, ${tally.failed} failed: ${JSON.stringify([...tally.reasons])}`);
  assert.ok(tally.ok > tally.failed / 2, "hardly anything succeeded: the weather proves nothing");
});

test("a prune that takes no lock is caught", async () => {
  const tally: Tally = { ok: 0, failed: 0, reasons: new Map() };
  for (let seed = 1; seed <= 60; seed++)
    if ((await simulate(seed, tally, { pruning: pruneWithoutLock, mending: [] })).length > 0) return;
  assert.fail("60 runs, and nothing was lost");
});

test("a repair that takes what it cannot read for damaged is caught", async () => {
  const tally: Tally = { ok: 0, failed: 0, reasons: new Map() };
  const cleaning = { pruning: prune, mending: [dropUnreadIndexes] };
  for (let seed = 1; seed <= 60; seed++) if ((await simulate(seed, tally, cleaning)).length > 0) return;
  assert.fail("60 runs, and nothing was lost");
});
