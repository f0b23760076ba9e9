/** One capture into a repository and all kinds of plain copies at once; one that fails keeps none of the others from it. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { it } from "node:test";
import { smallDisk } from "../crash/small-disk.ts";
import { assertSums, copiesIn, copyScene, sqlite } from "./copy-scene.ts";

it("repository and copies hold the same, from one reading", async () => {
  await using scene = await copyScene();
  const to = [scene.at("repo"), `linked:${scene.at("l")}`, `dated:${scene.at("d")}`, `mirror:${scene.at("m")}`];
  const words = to.flatMap((one) => ["--to", one]);
  await scene.done("init", ...words);
  const run = await scene.backup(...words, "--json");
  assert.equal(run.code, 0, run.stderr);
  const summary = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .at(-1);
  assert.deepEqual(
    summary.copies.map(({ kind }: { kind: string }) => kind),
    ["linked", "dated", "mirror"],
  );
  assert.equal(summary.destinations.length, 1);
  await scene.done("restore", "latest", "--from", scene.at("repo"), "--target", scene.at("restored"));
  const [linked = ""] = await copiesIn(scene.at("l"));
  const rows = "SELECT count(*), max(updated_at) FROM chat";
  const restored = sqlite(scene.at("restored", "webui.db"), rows);
  assert.deepEqual(sqlite(scene.at("l", linked, "webui.db"), rows), restored);
  assert.deepEqual(sqlite(scene.at("m", "webui.db"), rows), restored);
  for (const folder of [scene.at("l", linked), scene.at("m")]) assertSums(folder);
  await scene.done("check", "--from", scene.at("repo"), "--read-data");
});

it("a full disk fails its own copy, leaves nothing there that looks whole, and stops nobody else", async () => {
  await using scene = await copyScene();
  mkdirSync(scene.at("small"));
  await using disk = smallDisk(scene.at("small"), { sizeMiB: 12 });
  const to = ["--to", `linked:${disk.path}`, "--to", `linked:${scene.at("l")}`, "--to", scene.at("repo")];
  await scene.done("init", ...to);
  const run = await scene.backup(...to);
  assert.equal(run.code, 3, run.stderr);
  assert.match(run.stderr, /small.* is full/);
  assert.deepEqual(await copiesIn(disk.path), []);
  const [copy = ""] = await copiesIn(scene.at("l"));
  assertSums(scene.at("l", copy));
  await scene.done("check", "--from", scene.at("repo"), "--read-data");
});

it("where every repository fails, the copies are made all the same", async () => {
  await using scene = await copyScene();
  await scene.done("init", "--to", scene.at("repo"), "--to", `linked:${scene.at("l")}`);
  rmSync(scene.at("repo"), { recursive: true });
  const run = await scene.backup("--to", scene.at("repo"), "--to", `linked:${scene.at("l")}`);
  assert.equal(run.code, 3, run.stderr);
  const [copy = ""] = await copiesIn(scene.at("l"));
  assertSums(scene.at("l", copy));
});

it("a dry run writes nothing, and says what it would", async () => {
  await using scene = await copyScene();
  await scene.done("init", "--to", `linked:${scene.at("l")}`);
  const run = await scene.backup("--to", `linked:${scene.at("l")}`, "--dry-run");
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(await copiesIn(scene.at("l")), []);
  assert.match(run.stdout, /Written: +93 files/);
});
