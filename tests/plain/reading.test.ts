/** Plain copies listed, checked, restored and forgotten, each kind of them. */
import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { it } from "node:test";
import { listTree } from "../support/tree-listing.ts";
import { copiesIn, copyScene, sqlite } from "./copy-scene.ts";

for (const kind of ["linked", "dated", "mirror"] as const) {
  it(`a ${kind} copy comes back as the repository's snapshot of the same run does, names, times, modes and all`, async () => {
    await using scene = await copyScene();
    const [place, repo] = [`${kind}:${scene.at("p")}`, scene.at("repo")];
    await scene.done("init", "--to", place, "--to", repo);
    assert.equal((await scene.backup("--to", place, "--to", repo)).code, 0);
    const said = await scene.done("restore", "latest", "--from", place, "--target", scene.at("a"));
    assert.match(said, /Verified: +\d+ files/);
    await scene.done("restore", "latest", "--from", repo, "--target", scene.at("b"));
    assert.deepEqual(await listTree(scene.at("a")), await listTree(scene.at("b")));
    assert.deepEqual(sqlite(scene.at("a", "webui.db"), "SELECT count(*) FROM file"), ["ok", "17"]);
    const listed = await scene.done("ls", "latest", "/open-webui/data/vector_db", "--from", place, "--json");
    const paths = listed
      .split("\n")
      .filter((line) => line.includes('"node"'))
      .map((line) => JSON.parse(line).path);
    assert.ok(paths.includes("/open-webui/data/vector_db/chroma.sqlite3"), listed);
    assert.match(await scene.done("check", "--from", place, "--read-data"), /No errors/);
  });
}

it("a damaged copy is found, restored without what is wrong, and never over what is there", async () => {
  await using scene = await copyScene();
  const place = `linked:${scene.at("l")}`;
  await scene.done("init", "--to", place);
  await scene.backup("--to", place);
  const [copy = ""] = await copiesIn(scene.at("l"));
  const [victim = "", other = ""] = await readdir(scene.at("l", copy, "uploads"));
  const path = scene.at("l", copy, "uploads", victim);
  writeFileSync(path, Buffer.from(readFileSync(path)).fill(0x41, 0, 1));
  rmSync(scene.at("l", copy, "uploads", other));
  const quick = await scene.obhut("check", "--from", place);
  assert.equal(quick.code, 3);
  assert.ok(quick.stderr.includes(other) && !quick.stderr.includes(victim), quick.stderr);
  const whole = await scene.obhut("check", "--from", place, "--read-data");
  assert.ok(whole.stderr.includes(other) && whole.stderr.includes(victim), whole.stderr);
  const restored = await scene.obhut("restore", "latest", "--from", place, "--target", scene.at("out"));
  assert.equal(restored.code, 3, restored.stderr);
  assert.ok(!existsSync(scene.at("out", "uploads", victim)));
  mkdirSync(scene.at("there"));
  writeFileSync(scene.at("there", "webui.db"), "the old one");
  const over = await scene.obhut("restore", "latest", "--from", place, "--target", scene.at("there"), "--overwrite");
  assert.equal(over.code, 1, over.stderr);
  assert.deepEqual(await readdir(scene.at("there")), ["webui.db"]);
  assert.equal(readFileSync(scene.at("there", "webui.db"), "utf8"), "the old one");
  appendFileSync(scene.at("l", copy, "obhut-files.jsonl"), "\n{}\n");
  assert.equal((await scene.obhut("check", "--from", place)).code, 3);
});

it("parts are chosen, and an older database's log does not stay beside the restored one", async () => {
  await using scene = await copyScene();
  const place = `dated:${scene.at("d")}`;
  await scene.done("init", "--to", place);
  await scene.backup("--to", place);
  mkdirSync(scene.at("out"));
  for (const name of ["webui.db", "webui.db-wal", "kept.txt"]) writeFileSync(scene.at("out", name), "old");
  const [copy = ""] = await copiesIn(scene.at("d"));
  const words = ["restore", copy, "--from", place, "--target", scene.at("out"), "--overwrite", "--part", "database"];
  await scene.done(...words);
  assert.deepEqual((await readdir(scene.at("out"))).sort(), ["kept.txt", "webui.db"]);
  assert.deepEqual(sqlite(scene.at("out", "webui.db"), "SELECT count(*) FROM file"), ["ok", "17"]);
});

it("forget keeps by the rules for snapshots, and never the last complete copy's end", async () => {
  await using scene = await copyScene();
  const place = `linked:${scene.at("l")}`;
  await scene.done("init", "--to", place);
  for (let i = 0; i < 3; i++) assert.equal((await scene.backup("--to", place)).code, 0);
  const copies = await copiesIn(scene.at("l"));
  const shown = await scene.done("snapshots", "--from", place);
  for (const copy of copies) assert.ok(shown.includes(copy), shown);
  await scene.done("forget", "--from", place, "--keep-last", "1", "--dry-run");
  assert.deepEqual(await copiesIn(scene.at("l")), copies);
  const last = await scene.obhut("forget", copies.at(-1) ?? "", "--from", place);
  assert.equal(last.code, 1, last.stderr);
  await scene.done("forget", "--from", place, "--keep-last", "1");
  assert.deepEqual(await copiesIn(scene.at("l")), copies.slice(-1));
  assert.match(await scene.done("check", "--from", place, "--read-data"), /No errors/);
  const refused = await scene.obhut("forget", "--from", place, "--keep-last", "1", "--prune");
  assert.equal(refused.code, 1);
});

it("keys stay out of a copy, unless they are asked for; then they are for their owner alone and come back", async () => {
  await using scene = await copyScene();
  const key = scene.at("key");
  writeFileSync(key, "very secret");
  const [without, within] = [`linked:${scene.at("l")}`, `dated:${scene.at("d")}`];
  await scene.done("init", "--to", without, "--to", within);
  await scene.backup("--to", without, "--secret-key-file", key);
  await scene.backup("--to", within, "--secret-key-file", key, "--include-secrets");
  const [linked = ""] = await copiesIn(scene.at("l"));
  assert.ok(!existsSync(scene.at("l", linked, "obhut-secrets")));
  const words = ["--target", scene.at("out"), "--secrets", scene.at("keys")];
  await scene.done("restore", "latest", "--from", within, ...words);
  const [name = ""] = await readdir(scene.at("keys"));
  assert.equal(readFileSync(scene.at("keys", name), "utf8"), "very secret");
});
