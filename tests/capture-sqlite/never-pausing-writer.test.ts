/** Captures under writers that never pause: each is a state that existed, and no writer is kept waiting. */
import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { databaseFiles } from "../../src/host/sqlite/database-files.ts";
import { HoldProcess } from "../../src/host/sqlite/hold-process.ts";
import { App } from "./app.ts";
import { rowsHash, rowsHashOfFile, Scene } from "./scene.ts";

const long = process.env["OBHUT_LONG"] === "1";
const captures = long ? 240 : 24;

/** Captures `times` and compares each with the rows that were read inside of the same read transaction. */
async function captureRepeatedly(scene: Scene, times: number): Promise<Map<string, number>> {
  const kinds = new Map<string, number>();
  for (let i = 0; i < times; i++) {
    await using captured = await scene.capture();
    const before = await rowsHash(captured);
    const copy = await scene.copyOf(captured);
    assert.equal(rowsHashOfFile(copy), before, `capture ${i}, ${captured.how}`);
    const kind = `${captured.how} ${captured.content.kind}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return kinds;
}

function tell(context: TestContext, figures: unknown): void {
  context.diagnostic(JSON.stringify(figures));
}

test("a writer and checkpoints of every mode that never pause", async (context) => {
  await using scene = await Scene.create("writer");
  await using app = await App.open(scene.database, { setup: ["PRAGMA journal_mode=WAL"] });
  await using checkpointer = await App.open(scene.database, { busyMs: 20 });
  await app.start("write");
  await checkpointer.start("checkpoint");
  const kinds = await captureRepeatedly(scene, captures);
  const written = await app.stop();
  tell(context, { kinds: Object.fromEntries(kinds), written, checkpoints: await checkpointer.stop() });
  assert.equal(written.busy, 0, "no commit is refused because of a capture");
  assert.ok(written.turns > captures, "the writer went on writing");
  assert.equal(
    [...kinds.keys()].every((kind) => kind.startsWith("live-wal")),
    true,
  );
  scene.assertNoLeftovers();
});

test("a writer alone, whose WAL only grows while it is read", async (context) => {
  await using scene = await Scene.create("growing");
  await using app = await App.open(scene.database, { setup: ["PRAGMA journal_mode=WAL"] });
  await app.start("write");
  const kinds = await captureRepeatedly(scene, captures);
  const written = await app.stop();
  tell(context, { kinds: Object.fromEntries(kinds), written });
  assert.equal(written.busy, 0);
});

test("every read mark is taken by readers of older states", async (context) => {
  await using scene = await Scene.create("marks");
  await using app = await App.open(scene.database, { setup: ["PRAGMA journal_mode=WAL"] });
  await using readers = await App.open(scene.database, { ledger: false });
  for (let i = 0; i < 6; i++) {
    await app.transfer(3, i * 3);
    await readers.readElsewhere();
  }
  await app.start("write");
  const kinds = await captureRepeatedly(scene, Math.ceil(captures / 4));
  const written = await app.stop();
  tell(context, { kinds: Object.fromEntries(kinds), written });
  assert.equal(written.busy, 0);
});

test("a writer without any patience is never refused, however often it is joined", async (context) => {
  await using scene = await Scene.create("impatient");
  await using app = await App.open(scene.database, { setup: ["PRAGMA journal_mode=WAL"], busyMs: 0 });
  await app.start("write");
  const files = databaseFiles(scene.databasePath);
  await using holder = new HoldProcess(scene.database);
  let pins = 0;
  for (const endMs = performance.now() + (long ? 60_000 : 3_000); performance.now() < endMs; pins++) {
    assert.equal((await holder.ask({ op: "pin-wal", files, waitMs: 1_000 })).kind, "pinned");
  }
  const written = await app.stop();
  tell(context, { pins, written });
  assert.equal(written.busy, 0);
});

for (const mode of ["DELETE", "TRUNCATE", "PERSIST"]) {
  test(`a writer in journal mode ${mode} that never pauses`, async (context) => {
    await using scene = await Scene.create(mode.toLowerCase());
    await using app = await App.open(scene.database, { setup: [`PRAGMA journal_mode=${mode}`] });
    await app.start("write");
    const kinds = await captureRepeatedly(scene, Math.ceil(captures / 4));
    const written = await app.stop();
    tell(context, { kinds: Object.fromEntries(kinds), written });
    assert.equal(written.busy, 0, "its own patience outlasts every hold");
    assert.deepEqual([...kinds.keys()], ["held-copy file"]);
    scene.assertNoLeftovers();
  });
}

test("the comparison catches a copy of the database file alone", async () => {
  await using scene = await Scene.create("naive");
  await using app = await App.open(scene.database, { setup: ["PRAGMA journal_mode=WAL"] });
  await app.transfer(50);
  await app.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  await app.transfer(5);
  await using captured = await scene.capture();
  const naive = path.join(scene.root, "naive.db");
  await copyFile(scene.database, naive);
  assert.notEqual(rowsHashOfFile(naive), await rowsHash(captured));
});
