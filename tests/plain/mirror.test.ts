/** A mirror of a real instance: the newest state, a brake, and never a moment without a whole database. */
import assert from "node:assert/strict";
import { existsSync, rmSync, statSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertSums, copyScene, sqlite } from "./copy-scene.ts";

const countFiles = "SELECT count(*) FROM file";

it("holds the tutorial's folders, follows the instance, and keeps what went in the trash where that is asked for", async () => {
  await using scene = await copyScene();
  const place = scene.at("m");
  await scene.done("init", "--to", `mirror:${place}`, "--layout", "tutorial");
  assert.equal((await scene.backup("--to", `mirror:${place}`)).code, 0);
  assertSums(place);
  assert.deepEqual(sqlite(`${place}/main_database/webui.db`, countFiles), ["ok", "17"]);
  assert.deepEqual((await readdir(`${place}/user_uploads`)).sort(), (await readdir(`${scene.data}/uploads`)).sort());
  const [gone = ""] = await readdir(`${scene.data}/uploads`);
  rmSync(`${scene.data}/uploads/${gone}`);
  const database = new DatabaseSync(`${scene.data}/webui.db`);
  database.exec("UPDATE chat SET title = 'renamed since' WHERE rowid = 1");
  await writeFile(`${place}/user_uploads/foreign.txt`, "not ours");
  const run = await scene.backup("--to", `mirror:${place}`, "--trash");
  database.close();
  assert.equal(run.code, 0, run.stderr);
  assertSums(place);
  assert.ok(!existsSync(`${place}/user_uploads/${gone}`));
  assert.equal(await readFile(`${place}/user_uploads/foreign.txt`, "utf8"), "not ours");
  const [day = ""] = await readdir(`${place}/obhut-trash`);
  assert.ok(existsSync(`${place}/obhut-trash/${day}/user_uploads/${gone}`));
  const title = "SELECT title FROM chat WHERE rowid = 1";
  assert.deepEqual(sqlite(`${place}/main_database/webui.db`, title), ["ok", "renamed since"]);
  const [ok, before] = sqlite(`${place}/obhut-trash/${day}/main_database/webui.db`, title);
  assert.equal(ok, "ok");
  assert.notEqual(before, "renamed since");
});

it("an instance that lost most of its files or rows does not take the mirror with it, unless that is said", async () => {
  await using scene = await copyScene();
  const place = scene.at("m");
  await scene.done("init", "--to", `mirror:${place}`);
  await scene.backup("--to", `mirror:${place}`);
  const before = (await readdir(`${place}/uploads`)).sort();
  const database = new DatabaseSync(`${scene.data}/webui.db`);
  database.exec("DELETE FROM chat WHERE rowid > 2");
  database.close();
  await writeFile(`${scene.data}/uploads/new.txt`, "new");
  const refused = await scene.backup("--to", `mirror:${place}`);
  assert.equal(refused.code, 1, refused.stderr);
  assert.match(refused.stderr, /chat.*36 then, 2 now/);
  assertSums(place);
  assert.deepEqual((await readdir(`${place}/uploads`)).sort(), before);
  assert.deepEqual(sqlite(`${place}/webui.db`, "SELECT count(*) FROM chat"), ["ok", "36"]);
  assert.ok(!existsSync(`${place}/obhut-next`));
  assert.equal((await scene.backup("--to", `mirror:${place}`, "--accept-losses")).code, 0);
  assert.deepEqual(sqlite(`${place}/webui.db`, "SELECT count(*) FROM chat"), ["ok", "2"]);
  for (const name of await readdir(`${scene.data}/uploads`)) rmSync(`${scene.data}/uploads/${name}`);
  rmSync(`${scene.data}/vector_db`, { recursive: true });
  const emptied = await scene.backup("--to", `mirror:${place}`);
  assert.equal(emptied.code, 1, emptied.stderr);
  assert.match(emptied.stderr, /files/);
});

it("at every moment of a run there is one whole database, while the app writes", async () => {
  await using scene = await copyScene();
  const place = scene.at("m");
  await scene.done("init", "--to", `mirror:${place}`);
  await scene.backup("--to", `mirror:${place}`);
  const database = new DatabaseSync(`${scene.data}/webui.db`);
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE pairs (a INTEGER, b INTEGER)");
  let [runs, looks] = [true, 0];
  const writing = (async () => {
    for (let i = 0; runs; i++) {
      database.exec(`BEGIN; INSERT INTO pairs VALUES (${i}, 0); UPDATE pairs SET b = a; COMMIT`);
      await sleep(5);
    }
  })();
  const looking = (async () => {
    while (runs) {
      const seen = sqlite(`${place}/webui.db`, "SELECT count(*) FROM chat");
      assert.deepEqual(seen, ["ok", "36"]);
      looks += 1;
      await sleep(20);
    }
  })();
  const inodes = new Set<number>();
  for (let i = 0; i < 3; i++) {
    const run = await scene.backup("--to", `mirror:${place}`);
    assert.equal(run.code, 0, run.stderr);
    inodes.add(statSync(`${place}/webui.db`).ino);
    const torn = "SELECT count(*) FROM pairs WHERE a <> b";
    assert.deepEqual(sqlite(`${place}/webui.db`, torn), ["ok", "0"]);
  }
  runs = false;
  await Promise.all([writing, looking]);
  database.close();
  assert.ok(looks > 5 && inodes.size > 1, `${looks} looks, ${inodes.size} databases`);
});

it("leaves out what plain copies are not to have, and takes it up again, while the repository has all of it", async () => {
  await using scene = await copyScene();
  const place = scene.at("m");
  const to = ["--to", `mirror:${place}`, "--to", scene.at("repo")];
  await scene.done("init", ...to);
  for (let i = 0; i < 2; i++) {
    const run = await scene.backup(...to, "--copy-exclude", "vector_db", "--copy-exclude", "*.png");
    assert.equal(run.code, 0, run.stderr);
  }
  const png = (await readdir(`${scene.data}/uploads`)).find((name) => name.endsWith(".png")) ?? assert.fail();
  assert.ok(!existsSync(`${place}/vector_db`) && !existsSync(`${place}/uploads/${png}`));
  assertSums(place);
  await scene.done("restore", "latest", "--from", scene.at("repo"), "--target", scene.at("all"));
  assert.ok(existsSync(scene.at("all", "vector_db", "chroma.sqlite3")) && existsSync(scene.at("all", "uploads", png)));
  assert.equal((await scene.backup(...to)).code, 0);
  assert.ok(existsSync(`${place}/vector_db/chroma.sqlite3`) && existsSync(`${place}/uploads/${png}`));
  assertSums(place);
});

it("where one file cannot be written it stops, or finishes the others and says so", async () => {
  await using scene = await copyScene();
  const place = scene.at("m");
  await scene.done("init", "--to", `mirror:${place}`);
  assert.equal((await scene.backup("--to", `mirror:${place}`)).code, 0);
  await mkdir(`${place}/uploads/in-the-way.txt/folder`, { recursive: true });
  await writeFile(`${scene.data}/uploads/in-the-way.txt`, "no room");
  await writeFile(`${scene.data}/uploads/other.txt`, "room");
  const stopped = await scene.backup("--to", `mirror:${place}`);
  assert.equal(stopped.code, 1, stopped.stderr);
  assert.match(stopped.stderr, /in-the-way/);
  assert.ok(!existsSync(`${place}/uploads/other.txt`) && !existsSync(`${place}/obhut-next`));
  const finished = await scene.backup("--to", `mirror:${place}`, "--on-copy-error", "finish", "--checkers", "3");
  assert.equal(finished.code, 3, finished.stderr);
  assert.match(finished.stderr, /1 file could not be written .*in-the-way/);
  assert.equal(await readFile(`${place}/uploads/other.txt`, "utf8"), "room");
  assertSums(place);
  assert.match(await scene.done("check", "--from", `mirror:${place}`, "--read-data"), /No errors/);
  await rm(`${place}/uploads/in-the-way.txt`, { recursive: true });
  assert.equal((await scene.backup("--to", `mirror:${place}`)).code, 0);
  assert.equal(await readFile(`${place}/uploads/in-the-way.txt`, "utf8"), "no room");
});
