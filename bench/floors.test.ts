import assert from "node:assert/strict";
import { test } from "node:test";
import type { Step } from "./figures.ts";
import { verdicts } from "./floors.ts";
import type { Measurement } from "./measure.ts";
import type { Summary } from "./summary.ts";

const MB = 1e6;

function figures(name: string, wallS: Readonly<Record<Step, number>>, more: Partial<Summary> = {}): Summary {
  const step = (value: number) => ({ wallS: value, cpuS: value, peakMiB: 100 });
  return {
    name,
    steps: {
      first: step(wallS.first),
      unchanged: step(wallS.unchanged),
      day: step(wallS.day),
      restore: step(wallS.restore),
      check: step(wallS.check),
    },
    firstBytes: 1000 * MB,
    dayAddsBytes: 240 * MB,
    peakMiB: 100,
    ...more,
  };
}

function proven(wallS: number): Measurement {
  return { wallS, cpuS: wallS, peakMiB: 100 };
}

const peers = [
  figures("restic", { first: 18, unchanged: 0.6, day: 6, restore: 4, check: 4 }, { provenRestore: proven(6) }),
  figures("rustic", { first: 9.1, unchanged: 0.5, day: 3, restore: 3, check: 3 }),
  figures("kopia", { first: 9.1, unchanged: 0.2, day: 6, restore: 9, check: 6 }),
];
const justGoodEnough = { first: 9, unchanged: 0.7, day: 3, restore: 3, check: 3 };
const atTheLimit = {
  firstBytes: 1200 * MB,
  dayAddsBytes: 80 * MB,
  peakMiB: 299,
  keyDerivationS: 0.21,
  provenRestore: proven(6),
};

test("figures at the limits reach every floor", () => {
  const found = verdicts([figures("Obhut", justGoodEnough, atTheLimit), ...peers], 1);
  assert.equal(found.length, 11);
  assert.deepEqual(
    found.filter((one) => !one.reached),
    [],
  );
});

test("each figure that is a little worse misses its floor", () => {
  const worse: readonly [string, Summary][] = [
    ["first backup at least", figures("Obhut", { ...justGoodEnough, first: 10.1 }, atTheLimit)],
    ["a day takes", figures("Obhut", { ...justGoodEnough, day: 3.1 }, atTheLimit)],
    ["restore", figures("Obhut", { ...justGoodEnough, restore: 3.1 }, atTheLimit)],
    ["proven restore", figures("Obhut", justGoodEnough, { ...atTheLimit, provenRestore: proven(6.1) })],
    ["full check", figures("Obhut", { ...justGoodEnough, check: 3.1 }, atTheLimit)],
    ["no change", figures("Obhut", { ...justGoodEnough, unchanged: 0.72 }, atTheLimit)],
    ["a day adds", figures("Obhut", justGoodEnough, { ...atTheLimit, dayAddsBytes: 81 * MB })],
    ["first repository", figures("Obhut", justGoodEnough, { ...atTheLimit, firstBytes: 1201 * MB })],
    ["peak memory", figures("Obhut", justGoodEnough, { ...atTheLimit, peakMiB: 300 })],
  ];
  for (const [floor, obhut] of worse) {
    const missed = verdicts([obhut, ...peers], 1).filter((one) => !one.reached);
    assert.ok(
      missed.some((one) => one.floor.startsWith(floor)),
      `${floor}: ${JSON.stringify(missed)}`,
    );
  }
});
