/** Each state that a database in rollback mode can be found in. */
import assert from "node:assert/strict";
import { appendFileSync, readdirSync, statSync } from "node:fs";
import { test } from "node:test";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { classifyDatabase } from "../../src/host/sqlite/classify-database.ts";
import { cheapState } from "../../src/host/sqlite/state-token.ts";
import { App } from "./app.ts";
import { rowsHash, rowsHashOfFile, Scene } from "./scene.ts";

async function stateOf(scene: Scene): Promise<string> {
  return (await classifyDatabase(scene.databasePath)).state;
}

for (const mode of ["DELETE", "TRUNCATE", "PERSIST"]) {
  const setup = [`PRAGMA journal_mode=${mode}`];

  test(`${mode}: in use, copied inside of a short hold`, async () => {
    await using scene = await Scene.create("in-use");
    await using app = await App.open(scene.database, { setup });
    await app.transfer(20);
    assert.equal(await stateOf(scene), "rollback-in-use");
    assert.equal(await scene.captureUnnoticed(), "held-copy");
  });

  test(`${mode}: in the middle of a transaction, what was committed before it`, async () => {
    await using scene = await Scene.create("writing");
    await using app = await App.open(scene.database, { setup });
    await app.transfer(20);
    await app.exec("BEGIN IMMEDIATE; UPDATE account SET amount = amount + 1");
    assert.equal(await scene.captureUnnoticed(), "held-copy");
    await app.exec("COMMIT");
  });

  test(`${mode}: not in use, taken as it is`, async () => {
    await using scene = await Scene.create("quiet");
    await using app = await App.open(scene.database, { setup });
    await app.transfer(20);
    await app.close();
    assert.equal(await stateOf(scene), "rollback-quiet");
    assert.equal(await scene.captureUnnoticed(), "quiet");
  });

  test(`${mode}: killed in the middle of a commit, rolled back in a copy`, async () => {
    await using scene = await Scene.create("hot");
    // So small a cache that the transaction reaches the database file long before its end.
    await using app = await App.open(scene.database, { setup: [...setup, "PRAGMA cache_size=5"] });
    await app.transfer(60);
    await using before = await scene.capture();
    const committed = await rowsHash(before);
    await before.release();
    await app.exec("BEGIN IMMEDIATE; UPDATE account SET amount = 0; UPDATE log SET note = randomblob(900)");
    await app.signal("SIGKILL");
    assert.ok(statSync(`${scene.database}-journal`).size > 0);
    assert.equal(await stateOf(scene), "hot-journal");
    assert.equal(await scene.captureUnnoticed(), "journal-rollback");
    await using captured = await scene.capture();
    assert.equal(await rowsHash(captured), committed);
  });
}

test("a hot journal is found by SQLite itself while an app that only looks has the file open", async () => {
  await using scene = await Scene.create("hot-open");
  await using app = await App.open(scene.database, { setup: ["PRAGMA cache_size=5"] });
  await app.transfer(60);
  await using onlooker = await App.open(scene.database, { ledger: false });
  await app.exec("BEGIN IMMEDIATE; UPDATE log SET note = randomblob(900)");
  await app.signal("SIGKILL");
  assert.equal(await scene.captureUnnoticed(), "journal-rollback");
  await onlooker.close();
});

test("a journal that several databases share is not rolled back alone", async () => {
  await using scene = await Scene.create("shared");
  await using app = await App.open(scene.database, { setup: ["PRAGMA cache_size=5"] });
  await app.transfer(60);
  await app.exec("BEGIN IMMEDIATE; UPDATE log SET note = randomblob(900)");
  await app.signal("SIGKILL");
  appendFileSync(`${scene.database}-journal`, Buffer.from("d9d505f920a163d7", "hex"));
  await assert.rejects(scene.capture(), { code: "DATABASE_JOURNAL_SHARED" });
});

test("a hold keeps writers waiting, and ends by itself at its cap", async () => {
  await using scene = await Scene.create("cap");
  await using app = await App.open(scene.database);
  await app.transfer(20);
  await using held = await scene.hold({ holdMs: 1_500 });
  assert.equal(held.how, "live-rollback");
  await held.confirm();
  const startMs = performance.now();
  await app.transfer(1);
  assert.ok(performance.now() - startMs > 300, "the writer waited for the hold");
  await assert.rejects(held.release(), { code: "DATABASE_HOLD_EXCEEDED" });
});

test("a hold reads its rows and copies its file in the same state, and tells for how long", async () => {
  await using scene = await Scene.create("hold");
  await using app = await App.open(scene.database);
  await app.transfer(20);
  await using held = await scene.hold({ holdMs: 20_000 });
  const rows = await rowsHash(held);
  const writing = app.transfer(1);
  const copy = await scene.copyOf(held);
  assert.equal(rowsHashOfFile(copy), rows);
  assert.ok(held.heldMs > 0 && held.heldMs < 20_000);
  await writing;
});

test("a copy that does not fit into the hold is an error, not a torn copy", async () => {
  await using scene = await Scene.create("slow");
  await using app = await App.open(scene.database);
  await app.transfer(20);
  await assert.rejects(scene.capture({ holdMs: 0 }), { code: "DATABASE_HOLD_EXCEEDED" });
  scene.assertNoLeftovers();
  await app.transfer(1);
});

test("a copy that does not fit at first is prepared without a hold, then brought up to date inside one", async () => {
  await using scene = await Scene.create("draft");
  await using app = await App.open(scene.database);
  await app.transfer(60);
  await app.start("write");
  // A clock by which nothing is done in time before there is a draft.
  let aheadMs = 0;
  const hasDraft = (): boolean =>
    readdirSync(scene.scratch, { recursive: true, withFileTypes: true }).some(
      (entry) => entry.isFile() && statSync(`${entry.parentPath}/${entry.name}`).size > 0,
    );
  const monotonicMs = (): number => {
    if (!hasDraft()) aheadMs += 60_000;
    return systemClock.monotonicMs() + aheadMs;
  };
  await using captured = await scene.capture({ clock: { ...systemClock, monotonicMs }, waitMs: 1e9 });
  assert.ok(aheadMs > 60_000 && captured.heldMs < 3_000);
  const rows = await rowsHash(captured);
  assert.equal(rowsHashOfFile(await scene.copyOf(captured)), rows);
  assert.equal((await app.stop()).busy, 0);
  scene.assertNoLeftovers();
});

test("its cheap state is that of the capture until something is committed", async () => {
  await using scene = await Scene.create("token");
  await using app = await App.open(scene.database);
  await app.transfer(20);
  const after = (ms: number): Clock => ({ ...systemClock, nowMs: () => statSync(scene.database).mtimeMs + ms });
  const cheap = (ms: number): Promise<string> => cheapState(scene.databasePath, after(ms));
  // Times of a moment ago prove nothing.
  await using fresh = await scene.capture({ clock: after(500) });
  assert.notEqual(await cheap(500), fresh.state);
  await using captured = await scene.capture({ clock: after(5_000) });
  assert.equal(await cheap(90_000), captured.state);
  await app.transfer(1);
  assert.notEqual(await cheap(90_000), captured.state);
  assert.deepEqual(readdirSync(scene.source), ["webui.db"]);
});
