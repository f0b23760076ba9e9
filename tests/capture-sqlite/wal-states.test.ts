/** Each state that a database in WAL mode can be found in. */
import assert from "node:assert/strict";
import { appendFileSync, copyFileSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { bytePath } from "../../src/base/byte-path.ts";
import { systemClock } from "../../src/base/clock.ts";
import { isObhutError } from "../../src/base/errors.ts";
import { captureDatabase } from "../../src/host/sqlite/capture-database.ts";
import { classifyDatabase } from "../../src/host/sqlite/classify-database.ts";
import { cheapState } from "../../src/host/sqlite/state-token.ts";
import { App } from "./app.ts";
import { factsOfFolder, rowsHash, rowsHashOfFile, Scene } from "./scene.ts";

const wal = ["PRAGMA journal_mode=WAL"];

/** Undefined where the capture itself told that the database changed. */
function changed(error: unknown): undefined {
  if (!isObhutError(error, "DATABASE_CHANGED")) throw error;
  return undefined;
}

async function stateOf(scene: Scene): Promise<string> {
  return (await classifyDatabase(scene.databasePath)).state;
}

/** What SQLite itself makes of the files: it repairs a copy of the folder. */
function rowsBySqlite(scene: Scene): string {
  for (const name of readdirSync(scene.source)) {
    copyFileSync(path.join(scene.source, name), path.join(scene.root, name));
  }
  rmSync(path.join(scene.root, "webui.db-shm"), { force: true });
  return rowsHashOfFile(path.join(scene.root, "webui.db"));
}

/** An app that was killed: its -wal holds commits that the database file has not. */
async function crashed(scene: Scene, setup: readonly string[] = wal): Promise<void> {
  await using app = await App.open(scene.database, { setup });
  await app.transfer(30);
  await app.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  await app.transfer(12);
  await app.signal("SIGKILL");
}

test("in use, with commits in the -wal", async () => {
  await using scene = await Scene.create("in-use");
  await using app = await App.open(scene.database, { setup: wal });
  await app.transfer(20);
  assert.equal(await stateOf(scene), "wal-in-use");
  assert.equal(await scene.captureUnnoticed(), "live-wal");
});

test("in use, with all of the -wal written back", async () => {
  await using scene = await Scene.create("backfilled");
  await using app = await App.open(scene.database, { setup: wal });
  await app.transfer(20);
  await app.exec("PRAGMA wal_checkpoint(FULL)");
  await using captured = await scene.capture();
  assert.equal(captured.content.kind, "prefix");
  assert.equal(rowsHashOfFile(await scene.copyOf(captured)), rowsBySqlite(scene));
});

test("in use by an app that was just started and has written nothing", async () => {
  await using scene = await Scene.create("started");
  await using app = await App.open(scene.database, { setup: wal });
  await app.transfer(20);
  await app.close();
  await app.reopen();
  assert.equal(await stateOf(scene), "wal-in-use");
  assert.equal(await scene.captureUnnoticed(), "live-wal");
});

test("a capture is what was pinned, however much is written and checkpointed after", async () => {
  for (const pinnedWhen of ["in the -wal", "in the file"]) {
    await using scene = await Scene.create("pinned");
    await using app = await App.open(scene.database, { setup: wal });
    await app.transfer(20);
    if (pinnedWhen === "in the file") await app.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    await using captured = await scene.capture();
    const pinned = await rowsHash(captured);
    for (let round = 0; round < 8; round++) {
      await app.transfer(40, round * 40);
      await app.rows("PRAGMA wal_checkpoint(PASSIVE)");
    }
    assert.equal(rowsHashOfFile(await scene.copyOf(captured)), pinned, pinnedWhen);
  }
});

test("not in use, no -wal: taken as it is, and no -wal or -shm left behind", async () => {
  await using scene = await Scene.create("quiet");
  await using app = await App.open(scene.database, { setup: wal });
  await app.transfer(20);
  await app.close();
  assert.deepEqual(readdirSync(scene.source), ["webui.db"]);
  assert.equal(await stateOf(scene), "wal-quiet");
  assert.equal(await scene.captureUnnoticed(), "quiet");
});

test("a -wal that nobody has open", async () => {
  await using scene = await Scene.create("orphan");
  await crashed(scene);
  assert.equal(await stateOf(scene), "wal-orphan");
  assert.equal(await scene.captureUnnoticed(), "wal-replay");
  await using captured = await scene.capture();
  assert.equal(await rowsHash(captured), rowsBySqlite(scene));
});

test("a -wal that nobody has open, without its -shm", async () => {
  await using scene = await Scene.create("no-shm");
  await crashed(scene);
  rmSync(`${scene.database}-shm`);
  assert.equal(await scene.captureUnnoticed(), "wal-replay");
});

test("a -wal that a crash tore at any place: what SQLite would recover", async () => {
  await using scene = await Scene.create("torn");
  await crashed(scene);
  const whole = readFileSync(`${scene.database}-wal`);
  for (const damage of [0.05, 0.4, 0.7, 0.98]) {
    const at = Math.floor(whole.length * damage);
    const torn = Buffer.from(whole);
    torn.writeUInt8(torn.readUInt8(at) ^ 0x40, at);
    writeFileSync(`${scene.database}-wal`, torn);
    await using flipped = await scene.capture();
    assert.equal(await rowsHash(flipped), rowsBySqlite(scene), `a bit flipped at ${at}`);
    await flipped.release();
    writeFileSync(`${scene.database}-wal`, whole.subarray(0, at));
    await using short = await scene.capture();
    assert.equal(await rowsHash(short), rowsBySqlite(scene), `cut at ${at}`);
  }
});

test("a -wal of nothing, and one of noise, count for nothing", async () => {
  await using scene = await Scene.create("noise");
  await using app = await App.open(scene.database, { setup: wal });
  await app.transfer(20);
  await app.close();
  writeFileSync(`${scene.database}-wal`, "");
  assert.equal(await scene.captureUnnoticed(), "quiet");
  appendFileSync(`${scene.database}-wal`, Buffer.alloc(9_000, 7));
  assert.equal(await scene.captureUnnoticed(), "quiet");
});

for (const pageBytes of [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536]) {
  test(`pages of ${pageBytes} bytes, running and crashed`, async () => {
    await using scene = await Scene.create(`pages-${pageBytes}`);
    await using app = await App.open(scene.database, { setup: [`PRAGMA page_size=${pageBytes}`, ...wal] });
    await app.transfer(15);
    await app.exec("PRAGMA wal_checkpoint(PASSIVE)");
    await app.transfer(15, 90);
    await using captured = await scene.capture();
    assert.deepEqual([captured.how, captured.pageBytes], ["live-wal", pageBytes]);
    await captured.release();
    assert.equal(await scene.captureUnnoticed(), "live-wal");
    await app.signal("SIGKILL");
    assert.equal(await scene.captureUnnoticed(), "wal-replay");
  });
}

test("a database that shrank: pages past its new end are left out", async () => {
  await using scene = await Scene.create("vacuum");
  await using app = await App.open(scene.database, { setup: wal });
  await app.transfer(200);
  await app.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const before = factsOfFolder(scene.source)["webui.db"] as { size: bigint };
  await app.exec("DELETE FROM log; VACUUM");
  await using captured = await scene.capture();
  assert.ok(captured.pages * captured.pageBytes < Number(before.size) / 2);
  await captured.release();
  assert.equal(await scene.captureUnnoticed(), "live-wal");
  await app.signal("SIGKILL");
  assert.equal(await scene.captureUnnoticed(), "wal-replay");
});

test("an app that starts and stops all the time", async () => {
  await using scene = await Scene.create("restarts");
  await using app = await App.open(scene.database, { setup: wal });
  let stopped = false;
  const restarts = (async () => {
    for (let round = 0; !stopped; round++) {
      if (round % 3 > 0) await app.transfer(2, round);
      await app.close();
      await app.reopen();
    }
  })();
  // Awaited below; should a capture fail before, that failure is the one to see.
  restarts.catch(() => undefined);
  for (let i = 0; i < 12; i++) {
    await using captured = await scene.capture();
    const rows = await rowsHash(captured).catch(changed);
    const copy = await scene.copyOf(captured).catch(changed);
    // Started in the middle of a quiet reading: then it says so.
    if (rows !== undefined && copy !== undefined) assert.equal(rowsHashOfFile(copy), rows, `capture ${i}`);
  }
  stopped = true;
  await restarts;
  await app.close();
  assert.deepEqual(readdirSync(scene.source), ["webui.db"]);
});

test("a symlink to it: the -wal lies beside what it leads to", async () => {
  await using scene = await Scene.create("symlink");
  await using app = await App.open(scene.database, { setup: wal });
  await app.transfer(20);
  const link = path.join(scene.root, "link.db");
  symlinkSync(scene.database, link);
  const options = { scratchDir: bytePath(scene.scratch), clock: systemClock };
  await using captured = await captureDatabase(bytePath(link), options);
  const rows = await rowsHash(captured);
  assert.equal(rowsHashOfFile(await scene.copyOf(captured)), rows);
  assert.equal(await cheapState(bytePath(link), systemClock), captured.state);
  await assert.rejects(captureDatabase(bytePath("link.db"), options), /absolute/);
});

test("its cheap state is that of the capture until something is committed", async () => {
  await using scene = await Scene.create("token");
  await using app = await App.open(scene.database, { setup: wal });
  const cheap = (): Promise<string> => cheapState(scene.databasePath, systemClock);
  await app.transfer(5);
  await using captured = await scene.capture();
  await captured.release();
  assert.equal(await cheap(), captured.state);
  await app.rows("SELECT * FROM account");
  assert.equal(await cheap(), captured.state);
  await app.transfer(1);
  assert.notEqual(await cheap(), captured.state);
  const facts = factsOfFolder(scene.source);
  await cheap();
  assert.deepEqual(factsOfFolder(scene.source), facts);
});
