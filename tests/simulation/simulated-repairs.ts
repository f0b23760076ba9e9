/** Repairs, and what writes snapshots anew, of a simulated repository in which nothing is damaged: only the weather is bad. */
import { holdLock } from "../../src/jobs/hold-lock.ts";
import type { JobWatch } from "../../src/jobs/job-event.ts";
import { changeTags } from "../../src/repository/change-tags.ts";
import { repairIndex } from "../../src/repository/repair/repair-index.ts";
import { repairPacks } from "../../src/repository/repair/repair-packs.ts";
import { repairSnapshots } from "../../src/repository/repair/repair-snapshots.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import type { Program, SimulatedWorld } from "./simulated-world.ts";

function watch(): JobWatch {
  return { emit: () => undefined, signal: new AbortController().signal };
}

export async function mendIndex({ random }: SimulatedWorld, { repository }: Program): Promise<void> {
  await using lock = await holdLock(repository, "exclusive", watch());
  await repairIndex(repository, { readAllPacks: random.below(2) === 0, dryRun: false, signal: lock.signal });
}

/** As somebody might who believes that a pack is damaged. */
export async function mendPack({ random, place }: SimulatedWorld, { repository }: Program): Promise<void> {
  await using lock = await holdLock(repository, "exclusive", watch());
  const packs = [...place.files.keys()].filter((key) => key.startsWith("data/"));
  const pack = packs[random.below(packs.length)]?.slice("data/".length);
  if (pack === undefined) return;
  const keepCopy = async (): Promise<void> => undefined;
  await repairPacks(repository, { packs: [pack], dryRun: false, keepCopy, signal: lock.signal });
}

/** With `--forget`: what it takes for lost is gone. */
export async function mendSnapshots(_world: SimulatedWorld, { repository }: Program): Promise<void> {
  await using lock = await holdLock(repository, "exclusive", watch());
  const { snapshots, damaged } = await loadSnapshots(repository, lock.signal);
  const options = { existing: snapshots, damaged, giveUpDamaged: true, forget: true, dryRun: false } as const;
  await repairSnapshots(repository, { ...options, snapshots, signal: lock.signal });
}

export async function tag(world: SimulatedWorld, { repository }: Program): Promise<void> {
  await using lock = await holdLock(repository, "exclusive", watch());
  const { snapshots } = await loadSnapshots(repository, lock.signal);
  const chosen = snapshots[world.random.below(snapshots.length)];
  if (chosen === undefined) return;
  world.forgotten.add(chosen.id);
  const add = [`seen ${world.random.below(1000)}`];
  const changed = await changeTags(repository, chosen, { kind: "edit", add, remove: [] }, lock.signal);
  if (changed !== undefined) world.committed.add(changed.id);
}

/** A planted fault: an index file that does not come is taken for a damaged one. */
export async function dropUnreadIndexes(_world: SimulatedWorld, { repository }: Program): Promise<void> {
  await using lock = await holdLock(repository, "exclusive", watch());
  for await (const { name } of repository.storage.list("index", lock.signal)) {
    const file = { type: "index", name } as const;
    await repository.storage.load(file).catch(() => repository.storage.remove(file));
  }
}
