/** Databases that cannot be captured, or not live: a named error each, and never a wrong copy. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { bytePath } from "../../src/base/byte-path.ts";
import { ObhutError } from "../../src/base/errors.ts";
import { heldLocks } from "../../src/host/processes.ts";
import { classifyDatabase } from "../../src/host/sqlite/classify-database.ts";
import { App } from "./app.ts";
import { factsOfFolder, rowsHashOfFile, Scene } from "./scene.ts";

async function stateOf(scene: Scene): Promise<string> {
  return (await classifyDatabase(scene.databasePath)).state;
}

test("no database", async () => {
  await using scene = await Scene.create("missing");
  assert.equal(await stateOf(scene), "missing");
  await assert.rejects(scene.capture(), { code: "DATABASE_MISSING" });
});

test("an empty file, a text, an impossible header, a file cut short", async () => {
  await using scene = await Scene.create("corrupt");
  const refused = { code: "DATABASE_CORRUPT" };
  writeFileSync(scene.database, "");
  assert.equal(await stateOf(scene), "empty");
  await assert.rejects(scene.capture(), refused);
  writeFileSync(scene.database, "not a database ".repeat(1000));
  assert.equal(await stateOf(scene), "not-sqlite");
  await assert.rejects(scene.capture(), refused);
  rmSync(scene.database);
  await using app = await App.open(scene.database);
  await app.transfer(50);
  await app.close();
  const whole = readFileSync(scene.database);
  writeFileSync(scene.database, whole.subarray(0, whole.length / 2));
  await assert.rejects(scene.capture(), refused);
  const header = Buffer.from(whole);
  header.writeUInt16BE(777, 16);
  writeFileSync(scene.database, header);
  assert.equal(await stateOf(scene), "corrupt-header");
  await assert.rejects(scene.capture(), refused);
});

test("a file cut short that somebody has open", async () => {
  await using scene = await Scene.create("corrupt-open");
  await using app = await App.open(scene.database);
  await app.transfer(50);
  await app.close();
  const whole = readFileSync(scene.database);
  writeFileSync(scene.database, whole.subarray(0, 8192));
  await using onlooker = await App.open(scene.database, { ledger: false });
  await assert.rejects(scene.capture(), { code: "DATABASE_CORRUPT" });
  await onlooker.close();
});

test("an encrypted file is refused live and copied cold, with its -wal", async () => {
  await using scene = await Scene.create("encrypted");
  writeFileSync(scene.database, randomBytes(40_960));
  assert.equal(await stateOf(scene), "encrypted");
  await assert.rejects(scene.capture(), { code: "DATABASE_ENCRYPTED" });
  await using plain = await scene.capture({ mode: "cold" });
  assert.deepEqual(readFileSync(await scene.copyOf(plain)), readFileSync(scene.database));
  // A -wal's frames can be told whatever is in its pages.
  const other = await Scene.create("encrypted-wal");
  await using app = await App.open(other.database, { setup: ["PRAGMA journal_mode=WAL"] });
  await app.transfer(5);
  await app.signal("SIGKILL");
  copyFileSync(`${other.database}-wal`, `${scene.database}-wal`);
  await using laidOver = await scene.capture({ mode: "cold" });
  assert.equal(laidOver.how, "wal-replay");
  await other[Symbol.asyncDispose]();
});

for (const mode of ["WAL", "DELETE"]) {
  test(`locking_mode=EXCLUSIVE in mode ${mode}: an error that names who, then cold`, async () => {
    await using scene = await Scene.create("exclusive");
    const setup = ["PRAGMA locking_mode=EXCLUSIVE", `PRAGMA journal_mode=${mode}`];
    await using app = await App.open(scene.database, { setup });
    await app.transfer(10);
    assert.equal(await stateOf(scene), "exclusive");
    const before = factsOfFolder(scene.source);
    await assert.rejects(scene.capture({ waitMs: 600 }), (error: ObhutError) => {
      assert.equal(error.code, "DATABASE_EXCLUSIVE");
      assert.match(JSON.stringify(error.params), new RegExp(`pid ${app.pid} `));
      return true;
    });
    assert.deepEqual(factsOfFolder(scene.source), before);
    await app.signal("SIGKILL");
    const how = await scene.captureUnnoticed({ mode: "cold" });
    assert.equal(how, mode === "WAL" ? "wal-replay" : "quiet");
  });
}

test("a file system whose locks cannot be trusted, unless forced or cold", async () => {
  await using scene = await Scene.create("untrusted");
  await using app = await App.open(scene.database, { setup: ["PRAGMA journal_mode=WAL"] });
  await app.transfer(10);
  const judgeLocks = async () => ({ trusted: false, filesystem: "nfs" });
  await assert.rejects(scene.capture({ judgeLocks }), { code: "FILESYSTEM_LOCKS_UNTRUSTED" });
  assert.equal(await scene.captureUnnoticed({ judgeLocks, force: true }), "live-wal");
  await assert.rejects(scene.capture({ judgeLocks, mode: "cold" }), (error: ObhutError) => {
    assert.equal(error.code, "SOURCE_IN_USE");
    assert.match(JSON.stringify(error.params), new RegExp(`pid ${app.pid} `));
    return true;
  });
  await app.signal("SIGKILL");
  assert.equal(await scene.captureUnnoticed({ judgeLocks, mode: "cold" }), "wal-replay");
});

test("a quiet database that changes while it is read", async () => {
  await using scene = await Scene.create("changed");
  await using app = await App.open(scene.database, { setup: ["PRAGMA journal_mode=WAL"] });
  await app.transfer(10);
  await app.close();
  await using captured = await scene.capture();
  assert.equal(captured.how, "quiet");
  await app.reopen();
  await app.transfer(10);
  await app.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  await assert.rejects(captured.release(), { code: "DATABASE_CHANGED" });
});

test("a -wal without owner that somebody goes on with while it is read", async () => {
  await using scene = await Scene.create("resumed");
  await using app = await App.open(scene.database, { setup: ["PRAGMA journal_mode=WAL"] });
  await app.transfer(10);
  await app.signal("SIGKILL");
  await using captured = await scene.capture();
  assert.equal(captured.how, "wal-replay");
  await using heir = await App.open(scene.database);
  await heir.transfer(3);
  await assert.rejects(captured.release(), { code: "DATABASE_CHANGED" });
});

test("a holder that dies, and a database put in the place of the pinned one", async () => {
  await using scene = await Scene.create("lost");
  await using app = await App.open(scene.database, { setup: ["PRAGMA journal_mode=WAL"] });
  await app.transfer(10);
  await using killed = await scene.capture();
  process.kill(await holderPid(app.pid), "SIGKILL");
  await assert.rejects(killed.release(), { code: "DATABASE_HOLD_LOST" });
  await using replaced = await scene.capture();
  const copy = await copyAside(scene);
  renameSync(copy, scene.database);
  await assert.rejects(replaced.release(), { code: "DATABASE_HOLD_LOST" });
});

test("an aborted capture ends with the signal's reason and leaves no lock", async () => {
  await using scene = await Scene.create("aborted");
  await using app = await App.open(scene.database, { setup: ["PRAGMA journal_mode=WAL"] });
  await app.transfer(10);
  const abort = new AbortController();
  const reason = new ObhutError("INTERRUPTED", {});
  await using captured = await scene.capture({ signal: abort.signal });
  abort.abort(reason);
  await assert.rejects(captured.release(), (error) => error === reason);
  await assert.rejects(scene.capture({ signal: abort.signal }), (error) => error === reason);
  await assert.rejects(holderPid(app.pid), /nobody else/);
});

/** Who, beside the app, holds a lock in the folder: the holder process. */
async function holderPid(app: number): Promise<number> {
  const own = (await heldLocks())?.filter((lock) => lock.from === 128 && lock.to === 128) ?? [];
  const inodes = own.filter((lock) => lock.pid === app).map((lock) => lock.inode);
  const other = own.find((lock) => lock.pid !== app && inodes.includes(lock.inode));
  if (other === undefined) throw new Error("nobody else holds a lock");
  return other.pid;
}

async function copyAside(scene: Scene): Promise<string> {
  await using captured = await scene.hold();
  await captured.copyTo(bytePath(`${scene.database}.new`));
  rowsHashOfFile(`${scene.database}.new`);
  return `${scene.database}.new`;
}
