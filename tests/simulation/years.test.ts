/**
 * Years of a plan in seconds: a backup a day, now and then a week in which nobody was there, now and then a clock that is a year ahead; every
 * week the plan forgets and prunes. The newest backup is always there, whatever the ages say, everything that is kept comes back as it was, and
 * the repository does not grow without end. OBHUT_SEED=N replays one run.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenSeed, seeded } from "../crash/seeded.ts";
import { SimulatedInstance } from "./simulated-instance.ts";
import { calm } from "./simulated-storage.ts";
import { backUp, forgetBy, prune } from "./simulated-work.ts";
import { SimulatedWorld } from "./simulated-world.ts";

const dayMs = 86_400_000;
const [runs, years] = process.env["OBHUT_LONG"] === undefined ? [1, 1] : [10, 5];
const policy = { counts: { daily: 7, weekly: 4, monthly: 12, yearly: 3 }, within: {}, tags: [] };
/** Those, and the newest good one. */
const mostKept = 7 + 4 + 12 + 3 + 1;

interface Year {
  readonly backups: number;
  readonly kept: number;
}

async function live(seed: number): Promise<Year> {
  const world = await SimulatedWorld.begin(seed);
  const random = seeded(seed + 3);
  const instance = new SimulatedInstance("north", seeded(seed + 7));
  const program = world.program("north");
  let [backups, kept, wrongClocks] = [0, 0, 0];
  const inTime = async (work: () => Promise<unknown>): Promise<void> => {
    const done = work();
    await world.together(calm, [done]);
    await done;
  };
  for (let day = 0; day < years * 365; day++) {
    world.clock.jump(dayMs);
    if (random.below(60) === 0) world.clock.jump((7 + random.below(30)) * dayMs);
    instance.use();
    const ahead = random.below(120) === 0 ? 400 * dayMs : 0;
    if (ahead > 0) wrongClocks++;
    world.clock.jump(ahead);
    await inTime(() => backUp(world, program, instance));
    world.clock.jump(-ahead);
    backups++;
    const newest = [...world.committed].at(-1);
    if (day % 7 !== 6) continue;
    await inTime(async () => {
      kept = await forgetBy(world, program, policy);
    });
    assert.ok(newest !== undefined && !world.forgotten.has(newest), `day ${day}: the newest backup was removed`);
    assert.ok(kept <= mostKept + wrongClocks, `day ${day}: ${kept} snapshots are kept`);
    await inTime(() => prune(world, program));
    if (day % 91 === 90) assert.deepEqual(await world.losses(), [], `day ${day}`);
  }
  assert.deepEqual(await world.losses(), []);
  return { backups, kept };
}

test(`${years} years of daily backups keep what the plan keeps`, async (t) => {
  const first = chosenSeed();
  t.diagnostic(`OBHUT_SEED=${first}`);
  for (let run = 0; run < (process.env["OBHUT_SEED"] === undefined ? runs : 1); run++) {
    const { backups, kept } = await live((first + run) % 2 ** 31);
    t.diagnostic(`${backups} backups, ${kept} kept at the end`);
    assert.ok(kept >= 7 + 4 && backups === years * 365);
  }
});
