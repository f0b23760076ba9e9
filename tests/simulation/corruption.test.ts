/**
 * One bit of one file flips where it lies, after a repository has been used for a while: a check finds it and names the file, and
 * a file that is missing too. OBHUT_SEED=N replays.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isIncomplete } from "../../src/base/finding-codes.ts";
import { checkRepository } from "../../src/repository/check/check-repository.ts";
import { openRepository } from "../../src/repository/open-repository.ts";
import { chosenSeed, seeded } from "../crash/seeded.ts";
import { testActor } from "../support/actor.ts";
import { SimulatedInstance } from "./simulated-instance.ts";
import { calm, flipBit, SimulatedStorage } from "./simulated-storage.ts";
import { backUp, forget, prune } from "./simulated-work.ts";
import { SimulatedWorld } from "./simulated-world.ts";

const harmed = process.env["OBHUT_LONG"] === undefined ? 12 : 400;

async function usedWorld(seed: number): Promise<SimulatedWorld> {
  const world = await SimulatedWorld.begin(seed);
  const instance = new SimulatedInstance("north", seeded(seed + 7));
  const program = world.program("north");
  const work = async (): Promise<void> => {
    for (let day = 0; day < 5; day++) {
      instance.use();
      await backUp(world, program, instance);
    }
    await forget(world, program, 3);
    await prune(world, program);
  };
  const done = work();
  await world.together(calm, [done]);
  await done;
  return world;
}

/** What a check says, or what opening the repository says before it. */
async function complaints(world: SimulatedWorld): Promise<string> {
  try {
    const repository = await openRepository(new SimulatedStorage(world.place), "p", testActor());
    const { findings } = await checkRepository(repository, { readData: { kind: "all" }, threads: 1 });
    return findings
      .filter(isIncomplete)
      .map(({ code, params }) => `${code} ${JSON.stringify(params)}`)
      .join("\n");
  } catch (error) {
    return String(error);
  }
}

test(`${harmed} files harmed, one at a time: each is found and named`, async (t) => {
  const seed = chosenSeed();
  t.diagnostic(`OBHUT_SEED=${seed}`);
  const random = seeded(seed);
  const world = await usedWorld(seed);
  const { files } = world.place;
  assert.equal(await complaints(world), "");
  const names = [...files.keys()];
  for (let time = 0; time < harmed; time++) {
    const name = names[time < names.length ? time : random.below(names.length)] ?? "";
    const whole = files.get(name) ?? assert.fail();
    const harmedBytes = Uint8Array.from(whole);
    flipBit(harmedBytes, random);
    // The only key and the config cannot be missing from a repository that opens; snapshots are allowed to go.
    const goes = random.below(3) === 0 && (name.startsWith("data/") || name.startsWith("index/"));
    if (goes) files.delete(name);
    else files.set(name, harmedBytes);
    const said = await complaints(world);
    const [type = "", id = ""] = name.split("/");
    const what = `${goes ? "missing" : "flipped"} ${name} (OBHUT_SEED=${seed})`;
    assert.notEqual(said, "", `nothing said of ${what}`);
    // What an index listed is named where it is gone: the index itself nobody knows any more.
    if (type !== "config" && !(goes && type === "index")) assert.ok(said.includes(id.slice(0, 8)), `${what}: ${said}`);
    files.set(name, whole);
  }
  assert.equal(await complaints(world), "");
});
