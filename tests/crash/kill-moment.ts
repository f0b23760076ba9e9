/** Kills a run with SIGKILL at a moment that is chosen by what it has written so far, or by time alone. */
import { type FSWatcher, watch } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ended, Started } from "./program.ts";
import type { Phase } from "./repository-state.ts";
import type { Seeded } from "./seeded.ts";

/** The run is killed `delayMs` after this many new names were seen in the folders of that kind. 0 names: after its start. */
export interface KillMoment {
  readonly aim: Phase | "any";
  readonly watched: "data" | "index" | "snapshots";
  readonly names: number;
  readonly delayMs: number;
}

/** How long an undisturbed run takes. */
export interface Timing {
  readonly firstPackMs: number;
  readonly wholeMs: number;
  readonly packs: number;
}

/** A moment that will probably hit `aim`. What was hit in truth, the repository tells afterwards. */
export function momentFor(aim: Phase | "any", timing: Timing, random: Seeded): KillMoment {
  switch (aim) {
    case "any":
      return { aim, watched: "data", names: 0, delayMs: random.fraction() * timing.wholeMs };
    case "before packs":
      return { aim, watched: "data", names: 0, delayMs: random.fraction() * timing.firstPackMs };
    case "in packs":
      return { aim, watched: "data", names: 1 + random.below(timing.packs), delayMs: random.below(60) };
    case "index":
      return { aim, watched: "index", names: 1, delayMs: random.below(3) };
    case "snapshot":
      return { aim, watched: "snapshots", names: 1, delayMs: random.below(30) };
  }
}

/** Resolves when the run has ended, killed or not: a moment that never comes leaves it alone. */
export async function killAt(moment: KillMoment, repository: string, start: () => Started): Promise<Ended> {
  using seen = await namesSeen(repository, moment);
  const { child, ended } = start();
  await Promise.race([seen.enough, ended]);
  await Promise.race([sleep(moment.delayMs), ended]);
  child.kill("SIGKILL");
  return await ended;
}

/** Counts final names: a temporary one is no step, and the name it will get comes right after. */
async function namesSeen(
  repository: string,
  { watched, names }: KillMoment,
): Promise<Disposable & { readonly enough: Promise<void> }> {
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  if (names === 0) resolve();
  const folder = path.join(repository, watched);
  const folders = watched === "data" ? (await readdir(folder)).map((name) => path.join(folder, name)) : [folder];
  const seen = new Set<string>();
  const watchers: FSWatcher[] = folders.map((one) =>
    watch(one, (_event, name) => {
      if (name !== null && /^[0-9a-f]{64}$/.test(name)) seen.add(name);
      if (seen.size >= names) resolve();
    }),
  );
  return {
    enough,
    [Symbol.dispose]: () => {
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** Runs undisturbed and notes the time. `start` must store new data. */
export async function timed(
  repository: string,
  start: () => Started,
): Promise<{ ended: Ended; firstPackMs: number; wholeMs: number }> {
  using first = await namesSeen(repository, { aim: "any", watched: "data", names: 1, delayMs: 0 });
  const startMs = performance.now();
  const { ended } = start();
  let firstPackMs = Number.POSITIVE_INFINITY;
  const noted = first.enough.then(() => {
    firstPackMs = performance.now() - startMs;
  });
  const result = await ended;
  const wholeMs = performance.now() - startMs;
  await Promise.race([noted, sleep(100)]);
  return { ended: result, firstPackMs: Math.min(firstPackMs, wholeMs), wholeMs };
}
