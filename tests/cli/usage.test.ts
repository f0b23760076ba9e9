/** What the program says to calls that it does not understand, and its answers that need no repository. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { commandNames } from "../../src/cli/option-table.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { obhut } from "./run-obhut.ts";

test("each command explains itself in both languages", async () => {
  for (const command of commandNames) {
    const [english, german] = await Promise.all([
      obhut([...command.split(" "), "--help"]),
      obhut(["help", ...command.split(" "), "--lang", "de"]),
    ]);
    assert.equal(english.code, 0, english.stderr);
    assert.equal(german.code, 0, german.stderr);
    assert.match(english.text, new RegExp(`^Usage: obhut ${command}`));
    assert.match(german.text, new RegExp(`^Aufruf: obhut ${command}`));
    assert.equal(english.stderr + german.stderr, "");
  }
});

test("a usage error is one sentence in the person's language, and exit code 1", async () => {
  const english = await obhut(["backup", "--too", "x"]);
  assert.equal(english.code, 1);
  assert.match(
    english.stderr,
    /^error: backup has no option --too; did you mean --to\?\n {2}Run the command with --help/,
  );
  const german = await obhut(["bakup"], { env: { LC_ALL: "", LANG: "de_AT.UTF-8" } });
  assert.equal(german.code, 1);
  assert.match(german.stderr, /^Fehler: den Befehl bakup gibt es nicht; war backup gemeint\?\n/);
  assert.equal(english.text + german.text, "");
});

test("a usage error is a JSON line where JSON was asked for", async () => {
  const { code, json } = await obhut(["backup", "--json", "--nope"]);
  assert.equal(code, 1);
  assert.equal(json.length, 1);
  assert.equal(json[0]?.type, "exit_error");
  assert.equal(json[0]?.["code"], "USAGE");
  assert.equal(json[0]?.["exitCode"], 1);
});

test("a destination that is not understood is never made a folder", async () => {
  await using folder = await tempFolder("cli-usage");
  for (const [destination, words] of [
    ["backup", /write \.\/backup/],
    ["ftp:x/y", /ftp: is unknown/],
  ] as const) {
    const { code, stderr } = await obhut(["init", "--to", destination], {
      cwd: folder.path,
      env: { OBHUT_PASSWORD: "x" },
    });
    assert.equal(code, 1);
    assert.match(stderr, words);
  }
  const { stdout } = await promisify(execFile)("ls", ["-A", folder.path]);
  assert.equal(stdout, "");
});

test("version prints versions, for people and programs", async () => {
  assert.match((await obhut(["version"])).text, /^Obhut \d+\.\d+\.\d+, Node 26\.\d+\.\d+\n$/);
  assert.match((await obhut(["--version"])).text, /^Obhut /);
  const { json } = await obhut(["version", "--json"]);
  assert.match(String(json[0]?.["version"]), /^\d+\.\d+\.\d+$/);
});

test("a command that is missing what it needs says so", async () => {
  for (const [words, sentence] of [
    [["snapshots"], /no repository was given: use --from/],
    [["backup", "--data", "."], /no repository was given: use --to/],
    [["backup", "--to", "./r"], /no data directory was given/],
    [["restore", "latest", "-r", "./r"], /restore needs --target/],
    [["restore"], /restore needs SNAPSHOT/],
    [["diff", "latest", "-r", "./r"], /diff needs SNAPSHOT SNAPSHOT/],
    [["find", "-r", "./r", "--oldest", "2026-13-01", "x"], /2026-13-01 is no time: write 2026-11-23 or/],
    [["check", "-r", "./r", "--read-data-subset", "half"], /half is no part of the data/],
    [["backup", "--data", ".", "--to", "./r", "--part", "models"], /--part is models, but may only be one of/],
    [
      ["snapshots", "-r", "./r", "-p", "a", "--password-command", "b"],
      /--password-file and --password-command were both given/,
    ],
    [["init", "--to", "/tmp/x", "--to", "/tmp/x"], /it was given twice/],
    [["backup", "--data", ".", "--to", "./r", "--exclude", "a[b"], /a\[b is no pattern/],
    [
      ["restore", "latest", "-r", "./r", "--target", "x", "--data-path", "app/data"],
      /is app\/data, but must begin with/,
    ],
    [["inspect", "package.json"], /package\.json does not exist or is not a folder/],
    [["restore", "latest", "-r", "./r", "--target", "package.json"], /package\.json is no folder/],
    [["restore", "latest", "-r", "./r", "--target", "package.json/x", "--overwrite"], /package\.json\/x is no folder/],
  ] as const) {
    const { code, stderr } = await obhut(words);
    assert.equal(code, 1, words.join(" "));
    assert.match(stderr, sentence);
  }
});
