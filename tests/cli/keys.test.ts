/** Keys through the real program, with stock restic as the judge. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";
import { toolFromEnvironment } from "../support/tool.ts";
import { type ObhutRun, obhut } from "./run-obhut.ts";

const run = promisify(execFile);

interface Scene {
  readonly repository: string;
  /** A file that holds this password. */
  file(password: string): Promise<string>;
  obhut(password: string, ...words: string[]): Promise<ObhutRun>;
  restic(password: string, ...words: string[]): Promise<string>;
}

async function scene(folder: TempFolder): Promise<Scene> {
  const repository = path.join(folder.path, "repository");
  const env = (password: string) => ({ OBHUT_PASSWORD: password });
  assert.equal((await obhut(["init", "-r", repository], { env: env("first") })).code, 0);
  return {
    repository,
    file: async (password) => {
      const file = path.join(folder.path, `password of ${password}`);
      await writeFile(file, `${password}\n`);
      return file;
    },
    obhut: async (password, ...words) => await obhut([...words, "-r", repository], { env: env(password) }),
    restic: async (password, ...words) => {
      const program = toolFromEnvironment("OBHUT_TEST_RESTIC");
      const resticEnv = { ...process.env, RESTIC_REPOSITORY: repository, RESTIC_PASSWORD: password };
      return (await run(program, ["--no-cache", ...words], { env: resticEnv })).stdout;
    },
  };
}

test("passwords are added, changed and removed, and stock restic opens with each", async () => {
  await using folder = await tempFolder("cli-keys");
  const at = await scene(folder);
  const added = await at.obhut("first", "key", "add", "--new-password-file", await at.file("second"), "--user", "ada");
  assert.equal(added.code, 0, added.stderr);
  assert.match(added.text, /^Key [0-9a-f]{8} opens /);
  assert.match(await at.restic("second", "cat", "config"), /chunker_polynomial/);
  assert.match(await at.restic("first", "key", "list"), /ada/);

  const changed = await at.obhut("second", "key", "passwd", "--new-password-command", "echo third");
  assert.equal(changed.code, 0, changed.stderr);
  assert.match(await at.restic("third", "cat", "config"), /chunker_polynomial/);
  await assert.rejects(at.restic("second", "cat", "config"), /wrong password/);
  assert.equal((await at.obhut("second", "snapshots")).code, 12);

  const listed = await at.obhut("first", "key", "list", "--json");
  const keys = listed.json.filter(({ type }) => type === "key");
  assert.deepEqual(keys.map(({ current }) => current).sort(), [false, true]);
  assert.doesNotMatch(listed.stdout.toString(), /first|second|third/);
  const own = String(keys.find(({ current }) => current === true)?.["id"]);
  const other = String(keys.find(({ current }) => current === false)?.["id"]);

  const refused = await at.obhut("first", "key", "remove", own.slice(0, 10));
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /opened the repository for this very call/);
  const removed = await at.obhut("first", "key", "remove", other.slice(0, 10));
  assert.equal(removed.code, 0, removed.stderr);
  await assert.rejects(at.restic("third", "cat", "config"), /wrong password/);
  assert.deepEqual(await readdir(path.join(at.repository, "keys")), [own]);
  assert.deepEqual(await readdir(path.join(at.repository, "locks")), []);
});

test("a key that restic added opens for Obhut, and is listed by its owner's name", async () => {
  await using folder = await tempFolder("cli-keys");
  const at = await scene(folder);
  await at.restic("first", "key", "add", "--new-password-file", await at.file("second"), "--user", "grace");
  const listed = await at.obhut("second", "key", "list");
  assert.equal(listed.code, 0, listed.stderr);
  assert.match(listed.text, /\* +[0-9a-f]{8} +grace/);
});

test("without a new password nothing changes, and what is missing is said", async () => {
  await using folder = await tempFolder("cli-keys");
  const at = await scene(folder);
  for (const [words, sentence] of [
    [["key", "add"], /no password/i],
    [["key", "add", "--new-password-file", path.join(folder.path, "nowhere")], /nowhere/],
    [["key", "add", "--new-password-file", "a", "--new-password-command", "b"], /--new-password-file and --new-pass/],
    [["key", "remove"], /key remove needs KEY/],
    [["key", "remove", "zz"], /There is no key zz/],
    [["key"], /key needs one of these words behind it: list, add, passwd, remove/],
    [["key", "lst"], /did you mean key list\?/],
  ] as const) {
    const { code, stderr } = await at.obhut("first", ...words);
    assert.equal(code, 1, words.join(" "));
    assert.match(stderr, sentence);
  }
  assert.equal((await readdir(path.join(at.repository, "keys"))).length, 1);
});
