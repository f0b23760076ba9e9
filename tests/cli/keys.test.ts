/** Keys through the real program, with stock restic as the judge. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { promisify } from "node:util";
import { fixtureFacts, unpackFixture } from "../support/fixture.ts";
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
    [["key", "add"], /no password for .*\n.*: --new-password-file, --new-password-command\./i],
    [["key", "passwd"], /: --new-password-file, --new-password-command\./],
    [["key", "add", "--new-password-file", path.join(folder.path, "nowhere")], /nowhere/],
    [["key", "add", "--new-password-file", "a", "--new-password-command", "b"], /--new-password-file and --new-pass/],
    [["key", "remove"], /key remove needs KEY/],
    [["key", "remove", "zz"], /There is no key zz/],
    [["key"], /key needs one of these words behind it: list, add, passwd, remove, sheet/],
    [["key", "lst"], /did you mean key list\?/],
  ] as const) {
    const { code, stderr } = await at.obhut("first", ...words);
    assert.equal(code, 1, words.join(" "));
    assert.match(stderr, sentence);
  }
  assert.equal((await readdir(path.join(at.repository, "keys"))).length, 1);
});

test("init makes a key file, a recovery key and a sheet, and the sheet alone brings everything back", async () => {
  await using folder = await tempFolder("cli-sheet");
  await using fixture = await unpackFixture();
  const at = (name: string): string => path.join(folder.path, name);
  const call = async (...words: string[]): Promise<ObhutRun> => await obhut(words, { cwd: folder.path });
  const made = await call(
    ...[
      "init",
      "--to",
      "./my repository",
      "--make-key-file",
      "key",
      "--recovery-key",
      "--recovery-sheet",
      "sheet.html",
    ],
  );
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.text, /The password is in .*key/);
  for (const name of ["key", "sheet.html"]) assert.equal((await stat(at(name))).mode & 0o777, 0o600);
  const page = await readFile(at("sheet.html"), "utf8");
  const [password = ""] = /[0-9A-Z]{4}(-[0-9A-Z]{4}){7}/.exec(page) ?? [];
  assert.ok(!made.text.includes(password) && !page.includes((await readFile(at("key"), "utf8")).trim()));
  assert.equal(await scanned(page, at("code.pbm")), password);
  assert.doesNotMatch(page, /<script|src=|href=|@import|url\(/, "the page loads nothing");

  const stored = await call("backup", "--data", fixture.dataDir, "-r", "./my repository", "-p", "key");
  assert.equal(stored.code, 0, stored.stderr);
  const command = unescaped(/restic --repo [^<]*/.exec(page)?.[0] ?? "");
  await mkdir(at("elsewhere"));
  const bin = path.dirname(toolFromEnvironment("OBHUT_TEST_RESTIC"));
  await run("sh", ["-c", command], {
    cwd: at("elsewhere"),
    env: { ...process.env, PATH: `${bin}:${process.env["PATH"]}`, RESTIC_PASSWORD: password },
  });
  const restored = path.join(at("elsewhere"), "restored/open-webui/data/webui.db");
  using database = new DatabaseSync(new URL(`file://${restored}?immutable=1`), { readOnly: true });
  assert.equal(database.prepare("SELECT count(*) AS n FROM chat").get()?.["n"], fixtureFacts.rows.chat);
});

test("a sheet of a repository that is there holds no secret, unless a key is made for it", async () => {
  await using folder = await tempFolder("cli-sheet");
  const at = await scene(folder);
  const plain = await at.obhut("first", "key", "sheet", "--lang", "de");
  assert.equal(plain.code, 0, plain.stderr);
  assert.match(plain.text, /^Wiederherstellungsblatt/);
  assert.ok(plain.text.includes(`restic --repo ${at.repository} restore latest`));
  assert.doesNotMatch(plain.text, /[0-9A-Z]{4}(-[0-9A-Z]{4}){7}|first/);
  const withKey = await at.obhut("first", "key", "sheet", "--recovery-key");
  const [password = ""] = /[0-9A-Z]{4}(-[0-9A-Z]{4}){7}/.exec(withKey.text) ?? [];
  assert.match(await at.restic(password, "key", "list"), /recovery/);
});

test("nothing is made where a file is in the way, or the recovery password would be shown to nobody", async () => {
  await using folder = await tempFolder("cli-sheet");
  const inTheWay = path.join(folder.path, "there");
  await writeFile(inTheWay, "mine");
  const repository = path.join(folder.path, "repository");
  for (const [words, sentence] of [
    [["--make-key-file", inTheWay], /is there already/],
    [["--recovery-key", "--recovery-sheet", inTheWay], /is there already/],
    [["--recovery-key", "--json"], /--recovery-key --json means nothing without --recovery-sheet/],
    [["--recovery-key", "--quiet"], /--recovery-key --quiet means nothing/],
    [["--make-key-file", "a", "--password-file", "b"], /--make-key-file and --password-file were both given/],
    [["--make-key-file", path.join(folder.path, "no/such/folder/key")], /could not be written/],
  ] as const) {
    const refused = await obhut(["init", "-r", repository, ...words], { env: { OBHUT_PASSWORD: "x" } });
    assert.equal(refused.code, 1, words.join(" "));
    assert.match(refused.stderr + refused.text, sentence);
    assert.deepEqual((await readdir(folder.path)).sort(), ["there"]);
  }
  assert.equal(await readFile(inTheWay, "utf8"), "mine");
});

/** What a scanner reads off the page's code: its modules, eight dots wide, in a picture. */
async function scanned(page: string, picture: string): Promise<string> {
  const size = Number(/viewBox="0 0 (\d+)/.exec(page)?.[1]);
  const dark = new Set([...page.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x} ${y}`));
  const dots = 8;
  const rows = Array.from({ length: size * dots }, (_, y) =>
    Array.from({ length: size * dots }, (_, x) =>
      dark.has(`${Math.floor(x / dots)} ${Math.floor(y / dots)}`) ? 1 : 0,
    ).join(" "),
  );
  await writeFile(picture, `P1\n${size * dots} ${size * dots}\n${rows.join("\n")}\n`);
  return (await run("zbarimg", ["--quiet", "--raw", picture])).stdout.trim();
}

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
