/** Repairs through the real program: what check names is cured by the command that it names, and stock restic agrees. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { makeRepository } from "../support/cheap-keys.ts";
import { fixtureFacts, type UnpackedFixture, unpackFixture } from "../support/fixture.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";
import { toolFromEnvironment } from "../support/tool.ts";
import { type ObhutRun, obhut } from "./run-obhut.ts";

let fixture: UnpackedFixture;
let folder: TempFolder;
let good: string;

const env = { OBHUT_PASSWORD: "one password", OBHUT_INSTANCE: "fixture" };

before(async () => {
  fixture = await unpackFixture();
  folder = await tempFolder("cli-repair");
  good = path.join(folder.path, "good");
  await makeRepository(good, env.OBHUT_PASSWORD);
  assert.equal((await run(good, "backup", "--data", fixture.dataDir)).code, 0);
});

after(async () => {
  await fixture[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function run(repository: string, ...words: string[]): Promise<ObhutRun> {
  return await obhut([...words, "-r", repository], { env, cwd: folder.path });
}

/** A copy of the good repository, in which something may be broken. */
async function broken(name: string): Promise<string> {
  const repository = path.join(folder.path, name);
  await cp(good, repository, { recursive: true });
  return repository;
}

async function largestPack(repository: string): Promise<{ readonly id: string; readonly file: string }> {
  const data = path.join(repository, "data");
  const files = (await readdir(data, { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name));
  const sized = await Promise.all(
    files.map(async (name) => ({ name, size: (await readFile(path.join(data, name))).length })),
  );
  const largest = sized.sort((a, b) => b.size - a.size)[0]?.name ?? assert.fail();
  return { id: path.basename(largest), file: path.join(data, largest) };
}

async function resticFindsNothing(repository: string): Promise<void> {
  const program = toolFromEnvironment("OBHUT_TEST_RESTIC");
  const resticEnv = { ...process.env, RESTIC_REPOSITORY: repository, RESTIC_PASSWORD: env.OBHUT_PASSWORD };
  await promisify(execFile)(program, ["--no-cache", "check", "--read-data"], { env: resticEnv });
}

test("a missing index comes back, and everything restores", async () => {
  const repository = await broken("index");
  await rm(path.join(repository, "index"), { recursive: true });
  const found = await run(repository, "check");
  assert.equal(found.code, 3);
  assert.match(found.text + found.stderr, /obhut repair index/);
  const before = await readdir(path.join(repository, "data"), { recursive: true });
  const dry = await run(repository, "repair", "index", "--dry-run");
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.text, /Dry run/);
  assert.ok(!(await readdir(repository)).includes("index"), "a dry run writes nothing");
  const repaired = await run(repository, "repair", "index", "--json");
  assert.equal(repaired.code, 0, repaired.stderr);
  assert.ok(Number(repaired.json.at(-1)?.["packsAdded"]) > 0);
  assert.deepEqual(await readdir(path.join(repository, "data"), { recursive: true }), before);
  assert.equal((await run(repository, "check", "--read-data")).code, 0);
  await resticFindsNothing(repository);
  const restored = await run(
    repository,
    "restore",
    "latest",
    "--target",
    path.join(folder.path, "from index"),
    "--json",
  );
  assert.equal(restored.code, 0, restored.stderr);
  const counts = restored.json.at(-1)?.["counts"] as Record<string, number> | undefined;
  assert.equal(counts?.["chat"], fixtureFacts.rows.chat);
});

test("a damaged pack is named, saved from, and cured by a new backup", async () => {
  const repository = await broken("pack");
  const pack = await largestPack(repository);
  const bytes = await readFile(pack.file);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await chmod(pack.file, 0o600);
  await writeFile(pack.file, bytes);
  const found = await run(repository, "check", "--read-data", "--lang", "de");
  assert.equal(found.code, 3);
  assert.match(found.text + found.stderr, new RegExp(`obhut repair packs ${pack.id}`));

  const repaired = await run(repository, "repair", "packs", pack.id.slice(0, 12));
  assert.equal(repaired.code, 3, "something is lost");
  assert.match(repaired.text, /Pieces: +[\d,]+ saved, 1 lost/);
  assert.deepEqual(await readFile(path.join(folder.path, `pack-${pack.id}`)), bytes);
  assert.ok(!(await readdir(path.dirname(pack.file))).includes(pack.id));

  assert.equal((await run(repository, "backup", "--data", fixture.dataDir)).code, 0);
  assert.equal((await run(repository, "check", "--read-data")).code, 0);
  await resticFindsNothing(repository);
});

test("what is lost for good is taken out of the snapshot, by name", async () => {
  const repository = await broken("snapshot");
  const pack = await largestPack(repository);
  await rm(pack.file);
  assert.equal((await run(repository, "repair", "index")).code, 3);
  const dry = await run(repository, "repair", "snapshots", "--dry-run");
  assert.match(dry.text, /Repaired: +1 of 1 snapshot\n/);
  const repaired = await run(repository, "repair", "snapshots", "--forget", "--json");
  assert.equal(repaired.json.filter(({ type }) => type === "repaired").length, 1);
  assert.equal((await run(repository, "check", "--read-data")).code, 0);
  await resticFindsNothing(repository);
  assert.equal((await readdir(path.join(repository, "snapshots"))).length, 1);
});

test("what does not fit is said", async () => {
  for (const [words, sentence] of [
    [["repair"], /repair needs one of these words behind it: index, packs, snapshots/],
    [["repair", "packs"], /repair packs needs PACK/],
    [["repair", "packs", "ffff00"], /ffff00/],
    [["repair", "snapshots", "0000"], /0000/],
  ] as const) {
    const { code, stderr } = await run(good, ...words);
    assert.equal(code, 1, words.join(" "));
    assert.match(stderr, sentence);
  }
});
