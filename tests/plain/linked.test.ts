/** Linked copies of a real instance: whole, linked, never half there. Judges are sqlite3, sha256sum, stat and the file system. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { readdir, readFile, unlink, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fixtureFacts } from "../support/fixture.ts";
import { assertSums, copiesIn, copyScene, sqlite } from "./copy-scene.ts";

const countFiles = "SELECT count(*) FROM file";

it("every row of the write-ahead log is in the copy, and the next one shares what did not change", async () => {
  await using scene = await copyScene();
  const place = scene.at("l");
  await scene.done("init", "--to", `linked:${place}`);
  const first = await scene.backup("--to", `linked:${place}`);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /can be read by everybody/);
  const database = new DatabaseSync(`${scene.data}/webui.db`);
  database.exec("UPDATE chat SET title = 'renamed since' WHERE rowid = 1");
  const [gone = ""] = await readdir(`${scene.data}/uploads`);
  await unlink(`${scene.data}/uploads/${gone}`);
  await writeFile(`${scene.data}/uploads/new.txt`, "new");
  const second = await scene.backup("--to", `linked:${place}`);
  database.close();
  assert.equal(second.code, 0, second.stderr);
  assert.doesNotMatch(second.stderr, /can be read by everybody/);

  const [older = "", newer = "", ...others] = await copiesIn(place);
  assert.deepEqual(others, []);
  for (const copy of [older, newer]) {
    assert.match(copy, /^snapshot_\d{14}$/);
    assertSums(`${place}/${copy}`);
  }
  assert.deepEqual(sqlite(`${place}/${older}/webui.db`, countFiles), ["ok", String(fixtureFacts.rows.file)]);
  assert.deepEqual(sqlite(`${place}/${newer}/webui.db`, "SELECT title FROM chat WHERE rowid = 1"), [
    "ok",
    "renamed since",
  ]);
  const inOf = (copy: string, path: string): number => statSync(`${place}/${copy}/${path}`).ino;
  assert.notEqual(inOf(older, "webui.db"), inOf(newer, "webui.db"));
  assert.equal(inOf(older, "vector_db/chroma.sqlite3"), inOf(newer, "vector_db/chroma.sqlite3"));
  const uploads = await readdir(`${place}/${newer}/uploads`);
  assert.ok(uploads.includes("new.txt") && !uploads.includes(gone));
  for (const name of uploads.filter((one) => one !== "new.txt")) {
    assert.equal(statSync(`${place}/${newer}/uploads/${name}`).nlink, 2, name);
  }
  assert.equal(statSync(`${place}/${older}/uploads/${gone}`).nlink, 1);
});

it("which copy is the newest its record says: a clock that went back does not matter", async () => {
  await using scene = await copyScene();
  const place = scene.at("l");
  await scene.done("init", "--to", `linked:${place}`);
  await scene.backup("--to", `linked:${place}`);
  const [first = ""] = await copiesIn(place);
  // As if the clock had been a year ahead then.
  renameSync(`${place}/${first}`, `${place}/snapshot_20991231235959`);
  await writeFile(`${scene.data}/uploads/second.txt`, "2");
  await scene.backup("--to", `linked:${place}`);
  await scene.backup("--to", `linked:${place}`);
  const [second = "", third = ""] = await copiesIn(place);
  const record = async (copy: string) => JSON.parse(await readFile(`${place}/${copy}/obhut-copy.json`, "utf8"));
  assert.deepEqual([(await record(second)).sequence, (await record(third)).sequence], [2, 3]);
  // The third builds on the second, which has the upload, and not on what looks the newest.
  const inode = (copy: string): number => statSync(`${place}/${copy}/uploads/second.txt`).ino;
  assert.equal(inode(second), inode(third));
});

it("an unmounted place is no place: nothing is written, and the others get their copy", async () => {
  await using scene = await copyScene();
  const [away, here] = [scene.at("nas"), scene.at("here")];
  await scene.done("init", "--to", `linked:${away}`, "--to", `linked:${here}`);
  renameSync(away, scene.at("elsewhere"));
  mkdirSync(away);
  const run = await scene.backup("--to", `linked:${away}`, "--to", `linked:${here}`);
  assert.equal(run.code, 3, run.stderr);
  assert.match(run.stderr, /Is the disk or the share mounted\?/);
  assert.deepEqual(await readdir(away), []);
  assert.equal((await copiesIn(here)).length, 1);
  const alone = await scene.backup("--to", `linked:${away}`);
  assert.equal(alone.code, 10);
});

it("a file that somebody changed in the copy before is written anew, not linked", async () => {
  await using scene = await copyScene();
  const place = scene.at("l");
  await scene.done("init", "--to", `linked:${place}`);
  await scene.backup("--to", `linked:${place}`);
  const [older = ""] = await copiesIn(place);
  const [name = ""] = await readdir(`${place}/${older}/uploads`);
  const path = `${place}/${older}/uploads/${name}`;
  const { size } = statSync(path);
  chmodSync(path, 0o600);
  writeFileSync(path, Buffer.alloc(size, 7));
  await scene.backup("--to", `linked:${place}`);
  const [, newer = ""] = await copiesIn(place);
  assertSums(`${place}/${newer}`);
  assert.throws(() => assertSums(`${place}/${older}`), "the planted fault must be seen");
});

it("killed in the middle it leaves nothing that looks whole, and the next run cleans up", async () => {
  await using scene = await copyScene();
  const place = scene.at("l");
  await scene.done("init", "--to", `linked:${place}`);
  const { spawn } = await import("node:child_process");
  const main = new URL("../../src/cli/main.ts", import.meta.url).pathname;
  let seen = 0;
  for (const delayMs of [0, 15, 40, 80]) {
    const words = [main, "backup", "--data", scene.data, "--to", `linked:${place}`];
    const child = spawn(process.execPath, words, {
      env: { ...process.env, OBHUT_SCRATCH: scene.folder },
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const incomplete = async (): Promise<boolean> =>
      (await readdir(place)).some((name) => name.startsWith("incomplete_"));
    for (let waits = 0; waits < 2000 && child.exitCode === null && !(await incomplete()); waits++) await sleep(5);
    await sleep(delayMs);
    child.kill("SIGKILL");
    await ended;
    for (const name of await copiesIn(place)) {
      if (/^(obhut-run.json|incomplete_)/.test(name)) seen += 1;
      else assertSums(`${place}/${name}`);
    }
  }
  assert.ok(seen > 0, "no run was killed in the middle");
  const after = await scene.backup("--to", `linked:${place}`);
  assert.equal(after.code, 0, after.stderr);
  for (const name of await copiesIn(place)) {
    assert.match(name, /^snapshot_/);
    assertSums(`${place}/${name}`);
  }
});

it("while another run writes there, a second one is refused with the code of a lock", async () => {
  await using scene = await copyScene();
  const place = scene.at("l");
  await scene.done("init", "--to", `linked:${place}`);
  const foreign = {
    boot: "another",
    pidSpace: "x",
    pid: 7,
    started: "1",
    host: "nas2",
    since: new Date().toISOString(),
  };
  writeFileSync(`${place}/obhut-run.json`, JSON.stringify(foreign));
  const refused = await scene.backup("--to", `linked:${place}`);
  assert.equal(refused.code, 11, refused.stderr);
  assert.match(refused.stderr, /nas2/);
  const old = { ...foreign, since: new Date(Date.now() - 48 * 3_600_000).toISOString() };
  writeFileSync(`${place}/obhut-run.json`, JSON.stringify(old));
  assert.equal((await scene.backup("--to", `linked:${place}`)).code, 0);
  rmSync(place, { recursive: true });
});
