import assert from "node:assert/strict";
import { it } from "node:test";
import { FakeClock } from "../../tests/support/fake-clock.ts";
import { Pace } from "./pace.ts";

async function passed(clock: FakeClock, work: Promise<unknown>): Promise<number> {
  const begun = clock.monotonicMs();
  await clock.passUntil(work);
  return clock.monotonicMs() - begun;
}

it("what passes takes its time, however many share the line", async () => {
  const clock = new FakeClock();
  const pace = new Pace(1000, clock);
  const many = Promise.all(Array.from({ length: 10 }, () => pace.take(500)));
  assert.equal(await passed(clock, many), 4_500, "the last of ten begins when nine have passed");
});

it("time in which nothing passed is not made up for", async () => {
  const clock = new FakeClock();
  const pace = new Pace(1000, clock);
  await pace.take(1000);
  await clock.advance(60_000);
  assert.equal(await passed(clock, Promise.all([pace.take(1000), pace.take(1000)])), 1_000);
});

it("can be changed while it runs, and be lifted", async () => {
  const clock = new FakeClock();
  const pace = new Pace(1000, clock);
  await pace.take(1000);
  pace.bytesPerSecond = 100;
  assert.equal(await passed(clock, Promise.all([pace.take(100), pace.take(1)])), 2_000);
  pace.bytesPerSecond = undefined;
  assert.equal(await passed(clock, pace.take(1e9)), 0);
});

it("who waits already waits by the new pace", async () => {
  const clock = new FakeClock();
  const pace = new Pace(1, clock);
  await pace.take(1000);
  const waiting = Promise.all([pace.take(1000), pace.take(1000)]);
  await clock.advance(100_000);
  pace.bytesPerSecond = 1000;
  assert.equal(await passed(clock, waiting), 1_900, "900 bytes of the first, and all of the second");
  const again = Promise.all([pace.take(1e6), pace.take(1e6)]);
  pace.bytesPerSecond = undefined;
  assert.equal(await passed(clock, again), 0, "lifted for those who wait too");
  pace.bytesPerSecond = 1000;
  await pace.take(500);
  assert.equal(await passed(clock, pace.take(1)), 500, "and set again");
});

it("one who waits no more leaves the turns of the others as they were", async () => {
  const clock = new FakeClock();
  const pace = new Pace(1000, clock);
  await pace.take(1000);
  const stop = new AbortController();
  const given = assert.rejects(pace.take(5000, stop.signal), /enough/);
  const other = pace.take(1);
  stop.abort(new Error("enough"));
  await given;
  assert.equal(await passed(clock, other), 1_000);
});

it("a wait can be aborted", async () => {
  const pace = new Pace(1, new FakeClock());
  await pace.take(100);
  const stop = new AbortController();
  const waiting = pace.take(1, stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
});
