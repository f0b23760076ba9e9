/** What programs do to a simulated repository: the engine's own operations, under the locks of the jobs. */
import type { SnapshotId } from "../../src/base/ids.ts";
import { decideForget } from "../../src/jobs/decide-forget.ts";
import { beginLock, holdLock, readWhileTaking } from "../../src/jobs/hold-lock.ts";
import type { JobWatch } from "../../src/jobs/job-event.ts";
import { pruneLocked } from "../../src/jobs/run-prune.ts";
import { backup } from "../../src/repository/backup/backup.ts";
import { findParent } from "../../src/repository/find-parent.ts";
import type { Grouping } from "../../src/repository/forget/group-snapshots.ts";
import { removeSnapshots } from "../../src/repository/forget/remove-snapshots.ts";
import type { RetentionPolicy } from "../../src/repository/forget/retention-policy.ts";
import { loadIndex } from "../../src/repository/load-index.ts";
import { defaultPruneOptions } from "../../src/repository/prune/prune-options.ts";
import type { Repository } from "../../src/repository/repository.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import type { SimulatedInstance } from "./simulated-instance.ts";
import type { Program, SimulatedWorld } from "./simulated-world.ts";

const paths = ["/data"];

function watch(): JobWatch {
  return { emit: () => undefined, signal: new AbortController().signal };
}

/** As run-backup does it: what is read before the lock has settled is good if it is taken in the end. */
export async function backUp(
  world: SimulatedWorld,
  { repository }: Program,
  instance: SimulatedInstance,
): Promise<SnapshotId> {
  const timeMs = Math.round(world.clock.nowMs());
  world.contents.set(`${instance.name} ${timeMs}`, instance.contents);
  await using lock = await beginLock(repository, "shared", watch());
  const target = await readWhileTaking(lock, async () => {
    const [{ snapshots }, indexed] = await Promise.all([loadSnapshots(repository), loadIndex(repository)]);
    const parent = findParent(snapshots, { hostname: instance.name, paths, timeMs });
    return { repository: indexed, ...(parent === undefined ? {} : { parent }), mayWrite: lock.taken };
  });
  const { targets } = await backup({
    targets: [target],
    entries: instance.entries(),
    hostname: instance.name,
    username: "ada",
    uid: 1000,
    gid: 1000,
    tags: [],
    paths,
    excludes: [],
    programVersion: "obhut simulation",
    timeMs,
    onFinding: () => undefined,
    signal: lock.lost,
  });
  const [stored] = targets;
  if (stored?.kind !== "stored" || stored.snapshot === undefined) throw stored?.kind === "failed" ? stored.error : "?";
  world.committed.add(stored.snapshot);
  return stored.snapshot;
}

/** Removes the oldest of an instance's snapshots beyond `keep`. */
export async function forget(world: SimulatedWorld, { repository }: Program, keep: number): Promise<void> {
  await using lock = await holdLock(repository, "exclusive", watch());
  const { snapshots } = await loadSnapshots(repository, lock.signal);
  for (const name of new Set(snapshots.map(({ hostname }) => hostname))) {
    const own = snapshots.filter(({ hostname }) => hostname === name);
    for (const { id } of own.slice(0, Math.max(0, own.length - keep))) {
      lock.signal.throwIfAborted();
      world.forgotten.add(id);
      await repository.storage.remove({ type: "snapshots", name: id });
    }
  }
}

/** As `obhut forget` decides it; how many snapshots stay. */
export async function forgetBy(
  world: SimulatedWorld,
  { repository }: Program,
  policy: RetentionPolicy,
): Promise<number> {
  await using lock = await holdLock(repository, "exclusive", watch());
  const choice = { kind: "policy", policy, groupBy: new Set<Grouping>(["host", "paths"]) } as const;
  const under = { ...watch(), signal: lock.signal };
  const { groups, remove } = await decideForget(repository, { choice, filter: {}, allowRemoveAll: false }, under);
  for (const id of remove) world.forgotten.add(id);
  await removeSnapshots(repository, remove, under);
  return groups.flatMap(({ decisions }) => decisions).length - remove.length;
}

export async function prune(world: SimulatedWorld, { repository }: Program): Promise<void> {
  await using lock = await holdLock(repository, "exclusive", watch());
  await pruneUnder(world, repository, lock.signal);
}

/** A planted fault: nobody knows that it is at work. */
export async function pruneWithoutLock(world: SimulatedWorld, { repository }: Program): Promise<void> {
  await pruneUnder(world, repository, watch().signal);
}

async function pruneUnder({ random }: SimulatedWorld, repository: Repository, signal: AbortSignal): Promise<void> {
  const maxUnused = random.below(2) === 0 ? ({ kind: "bytes", bytes: 0 } as const) : defaultPruneOptions.maxUnused;
  const options = { ...defaultPruneOptions, maxUnused, repackSmall: random.below(2) === 0 };
  await pruneLocked(repository, { prune: options, dryRun: false }, { ...watch(), signal });
}
