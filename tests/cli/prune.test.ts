/** `obhut prune` as a person calls it. */
import assert from "node:assert/strict";
import { appendFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { removeLock, writeLock } from "../../src/repository/locks.ts";
import { loadSnapshots } from "../../src/repository/snapshots.ts";
import { makeRepository } from "../support/cheap-keys.ts";
import { unpackFixture } from "../support/fixture.ts";
import { bytesOfSeed } from "../support/odd-folder.ts";
import { openMade, testPassword } from "../support/restic.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";
import { type ObhutRun, obhut } from "./run-obhut.ts";

let folder: TempFolder;
let repository: string;

/** Two snapshots, of which the first, with an upload that is gone, is removed. */
before(async () => {
  folder = await tempFolder("cli-prune");
  repository = path.join(folder.path, "repository");
  await using fixture = await unpackFixture();
  const upload = path.join(fixture.dataDir, "uploads/large");
  await makeRepository(repository, testPassword);
  await writeFile(upload, bytesOfSeed(3, 5_000_000));
  assert.equal((await run("backup", "--data", fixture.dataDir)).code, 0);
  await writeFile(upload, "small now");
  await appendFile(path.join(fixture.dataDir, "uploads/other"), bytesOfSeed(4, 100_000));
  assert.equal((await run("backup", "--data", fixture.dataDir)).code, 0);
  const repo = await openMade(repository);
  const [first = assert.fail()] = (await loadSnapshots(repo)).snapshots;
  await repo.storage.remove({ type: "snapshots", name: first.id });
});

after(async () => {
  await folder[Symbol.asyncDispose]();
});

async function run(...words: string[]): Promise<ObhutRun> {
  const env = { OBHUT_PASSWORD: testPassword, OBHUT_REPOSITORY: repository, OBHUT_INSTANCE: "fixture" };
  return await obhut(words, { env });
}

async function files(): Promise<string[]> {
  return (await readdir(repository, { recursive: true })).sort();
}

test("a dry run shows the plan, in the person's language, and changes nothing", async () => {
  const kept = await files();
  const english = await run("prune", "--dry-run", "--max-unused", "0");
  assert.equal(english.code, 0, english.stderr);
  assert.match(english.stdout.toString(), /^unused +\d+ +\d[\d.]* MiB$/m);
  assert.match(english.stdout.toString(), /^Dry run: +nothing was changed$/m);
  const german = await run("prune", "-n", "--max-unused", "0", "--lang", "de", "--quiet");
  assert.match(german.stdout.toString(), /^ungebraucht +\d+ +\d[\d,]* MiB$/m);
  assert.deepEqual(await files(), kept);
});

test("while somebody else holds a lock nothing is done", async () => {
  const repo = await openMade(repository);
  const { id } = await writeLock(repo, "shared");
  assert.equal((await run("prune")).code, 11);
  assert.equal((await run("prune", "--dry-run")).code, 0);
  await removeLock(repo, id);
});

test("what it cannot understand it says, before it does anything", async () => {
  for (const [option, value, hint] of [
    ["--max-unused", "100%", "5%"],
    ["--max-repack-size", "much", "500M"],
    ["--keep-delete", "5", "23h"],
  ] as const) {
    const { code, stderr } = await run("prune", option, value);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`${value}.*${hint}`));
  }
});

test("it does what the plan said, and the rest is whole", async () => {
  const { code, json, stderr } = await run("prune", "--max-unused", "0", "--json");
  assert.equal(code, 0, stderr);
  const [plan, summary] = [json.find(({ type }) => type === "plan") ?? assert.fail(), json.at(-1) ?? assert.fail()];
  const { packs, removed, repackRemoved } = plan as unknown as Record<string, Record<string, number>>;
  assert.ok((removed?.["bytes"] ?? 0) + (repackRemoved?.["bytes"] ?? 0) > 2_000_000);
  assert.equal(summary["packsRemoved"], (packs?.["repack"] ?? 0) + (packs?.["remove"] ?? 0));
  assert.deepEqual([summary["command"], summary["dryRun"], summary["packsLeft"]], ["prune", false, 0]);
  assert.equal((await run("check", "--read-data")).code, 0);
  const restored = await run("restore", "latest", "--target", path.join(folder.path, "target"));
  assert.equal(restored.code, 0, restored.stderr);
  const again = await run("prune", "--max-unused", "0");
  assert.match(again.stdout.toString(), /^Removed: +0 packs, 0 B$/m);
});
