/** `obhut copy` and what belongs to it, through the real program. */
import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { makeRepository } from "../support/cheap-keys.ts";
import { type UnpackedFixture, unpackFixture } from "../support/fixture.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";
import { type ObhutRun, obhut } from "./run-obhut.ts";

let fixture: UnpackedFixture;
let folder: TempFolder;

before(async () => {
  fixture = await unpackFixture();
  folder = await tempFolder("cli-copy");
  await writeFile(path.join(folder.path, "first.txt"), "the first password\n");
  await writeFile(path.join(folder.path, "second.txt"), "the second password\n");
  await makeRepository(path.join(folder.path, "first"), "the first password");
  const backup = ["backup", "--data", fixture.dataDir, "-r", "./first", "-p", "first.txt", "--instance", "home"];
  assert.equal((await run({}, ...backup)).code, 0);
  assert.equal((await run({}, ...backup, "--tag", "weekly")).code, 0);
});

after(async () => {
  await fixture[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function run(env: Readonly<Record<string, string>>, ...words: string[]): Promise<ObhutRun> {
  return await obhut(words, { env, cwd: folder.path });
}

const passwords = ["--from-password-file", "first.txt", "--password-file", "second.txt"];

test("a repository is copied under another password, restored from there, and copied again for nothing", async () => {
  assert.equal((await run({}, "init", "-r", "./second", "-p", "second.txt")).code, 0);
  const dry = await run({}, "copy", "--from-repository", "./first", "-r", "./second", ...passwords, "--dry-run");
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.text, /Would copy: +2 snapshots; 0 were there already.*nothing was written/s);
  assert.deepEqual(await readdir(path.join(folder.path, "second/snapshots")), []);

  const copied = await run({}, "copy", "--from-repository", "./first", "-r", "./second", ...passwords, "--json");
  assert.equal(copied.code, 0, copied.stderr);
  const told = copied.json.filter(({ type }) => type === "copied");
  assert.deepEqual(
    told.map(({ instance }) => instance),
    ["home", "home"],
  );
  const summary = copied.json.at(-1) ?? assert.fail();
  assert.deepEqual([summary["copied"], summary["present"], summary["notCopied"]], [2, 0, 0]);
  assert.ok(Number(summary["bytesStored"]) >= Number(summary["bytes"]));

  const listed = (await run({}, "snapshots", "-r", "./second", "-p", "second.txt", "--json")).json;
  const byId = new Map(listed.map((line) => [line["id"], line]));
  for (const { source, snapshot } of told) assert.equal(byId.get(snapshot)?.["original"], source);
  const restore = ["restore", "latest", "-r", "./second", "-p", "second.txt", "--target", "./out", "--json"];
  const restored = await run({}, ...restore);
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal(restored.json.at(-1)?.["incomplete"], false);

  // as an every-night call has it: all from the environment
  const env = {
    OBHUT_FROM_REPOSITORY: path.join(folder.path, "first"),
    OBHUT_REPOSITORY: path.join(folder.path, "second"),
    RESTIC_FROM_PASSWORD: "the first password",
    OBHUT_PASSWORD: "the second password",
  };
  assert.equal((await run(env, "copy", "--quiet")).text, "");
  const again = await run(env, "copy", "--lang", "de");
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.text, /Kopiert: +0 Snapshots; 2 waren schon da/);
});

test("snapshots are chosen by id and tag, and one password serves for both where no other is given", async () => {
  const env = { OBHUT_PASSWORD: "the first password" };
  assert.equal((await run(env, "init", "-r", "./third")).code, 0);
  const words = ["copy", "--from-repository", "./first", "-r", "./third", "--json"];
  const tagged = await run(env, ...words, "--tag", "weekly");
  assert.equal(tagged.json.at(-1)?.["copied"], 1, tagged.text);
  const listed = (await run(env, "snapshots", "-r", "./first", "--json")).json;
  const ids = listed.filter(({ type }) => type === "snapshot").map(({ id }) => String(id).slice(0, 10));
  const named = await run(env, ...words, ...ids);
  assert.deepEqual([named.json.at(-1)?.["copied"], named.json.at(-1)?.["present"]], [1, 1]);
  assert.equal((await run(env, ...words, "abcdef0123")).json.at(-1)?.["code"], "SNAPSHOT_NOT_FOUND");
});

test("what is wrong with a call is said before anything is opened", async () => {
  const env = { OBHUT_PASSWORD: "the first password" };
  const refused = async (pattern: RegExp, ...words: string[]): Promise<void> => {
    const { code, stderr } = await run(env, ...words);
    assert.deepEqual([code, pattern.test(stderr)], [1, true], stderr);
  };
  await refused(/--from-repository, or set OBHUT_FROM_REPOSITORY/, "copy", "-r", "./first");
  await refused(/given twice/, "copy", "-r", "./first", "--from-repository", "first/");
  await refused(/--to may be given once/, "copy", "-r", "./a", "-r", "./b", "--from-repository", "./first");
  await refused(/means nothing without --copy-chunker-params/, "init", "-r", "./x", "--from-repository", "./first");
  const both = ["--from-password-file", "first.txt", "--from-password-command", "cat first.txt"];
  await refused(/from-password-file/, "copy", "-r", "./first", "--from-repository", "./second", ...both);
  await mkdir(path.join(folder.path, "empty"));
  assert.equal((await run(env, "copy", "-r", "./first", "--from-repository", "./empty")).code, 10);
  const wrong = await run(env, "copy", "-r", "./first", "--from-repository", "./second");
  assert.equal(wrong.code, 12);
  assert.match(wrong.stderr, /second/);
});

test("a new repository takes the chunker parameters of another", async () => {
  const env = { OBHUT_PASSWORD: "the first password" };
  const words = ["init", "-r", "./alike", "--copy-chunker-params", "--from-repository", "./first"];
  assert.equal((await run(env, ...words)).code, 0);
  assert.equal((await run(env, "snapshots", "-r", "./alike")).code, 0);
});
