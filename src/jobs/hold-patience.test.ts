import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { FakeClock } from "../../tests/support/fake-clock.ts";
import { limits } from "../base/limits.ts";
import { SpoolRoom } from "../storage/wrap/spool-room.ts";
import { HoldPatience, SpoolFilledError } from "./hold-patience.ts";

const never = new AbortController().signal;

function scene(): { clock: FakeClock; room: SpoolRoom; patience: HoldPatience } {
  const clock = new FakeClock();
  const room = new SpoolRoom({ folder: "/nowhere", maxBytes: 100, freeBytes: async () => 2 ** 40 });
  return { clock, room, patience: new HoldPatience(room, clock, never) };
}

async function pass(clock: FakeClock, ms: number): Promise<void> {
  await turn();
  await clock.advance(ms);
  await turn();
}

it("a pack that waits while a database is held ends the hold after a while, in all", async () => {
  const { clock, room, patience } = scene();
  await room.take(100);
  patience.begun();
  for (let round = 0; round < 3; round += 1) {
    const waiting = room.waitForRoom();
    await pass(clock, limits.spoolHoldMs / 3 - 1);
    assert.equal(patience.filled.aborted, false);
    room.wake();
    await waiting;
    await pass(clock, 60_000);
  }
  assert.equal(patience.filled.aborted, false, "time in which nobody waits does not count");
  void room.waitForRoom();
  await pass(clock, 10);
  assert.ok(patience.filled.reason instanceof SpoolFilledError);
});

it("without a hold anybody may wait, and before one there is room", async () => {
  const { clock, room, patience } = scene();
  await room.take(60);
  void room.waitForRoom();
  await pass(clock, 10 * limits.spoolHoldMs);
  patience.begun();
  patience.ended();
  await pass(clock, 10 * limits.spoolHoldMs);
  assert.equal(patience.filled.aborted, false);
  let isThere = false;
  const before = patience.before(50).then(() => {
    isThere = true;
  });
  await turn();
  assert.equal(isThere, false);
  room.release(20);
  await before;
});
