/** What a person at a terminal sees and types. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { makeRepository } from "../support/cheap-keys.ts";
import { unpackFixture } from "../support/fixture.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { onTerminal } from "./on-terminal.ts";
import { obhut } from "./run-obhut.ts";

test("init asks twice, shows nothing of the password, and refuses two that differ", async () => {
  await using folder = await tempFolder("cli-terminal");
  const differing = path.join(folder.path, "differing");
  const refused = await onTerminal(
    ["init", "-r", differing],
    [
      ["New password for", "geheim\r"],
      ["again: ", "gehein\r"],
    ],
  );
  assert.equal(refused.code, 1);
  assert.match(refused.shown, /the two passwords are not the same/);
  const repository = path.join(folder.path, "repository");
  const made = await onTerminal(
    ["init", "-r", repository],
    [
      ["New password for", "geheinX\u007f\u007fm\r"],
      ["again: ", "geheim\r"],
    ],
  );
  assert.equal(made.code, 0, made.shown);
  assert.doesNotMatch(refused.shown + made.shown, /gehei/);
  assert.equal((await obhut(["snapshots", "-r", repository], { env: { OBHUT_PASSWORD: "geheim" } })).code, 0);
  const left = await onTerminal(["snapshots", "-r", repository], [["Password for", "\u0003"]]);
  assert.equal(left.code, 130);
});

test("a backup draws its progress and clears it before the summary; NO_COLOR and TERM=dumb are obeyed", async () => {
  await using fixture = await unpackFixture();
  await using folder = await tempFolder("cli-progress");
  const repository = path.join(folder.path, "repository");
  const env = { OBHUT_PASSWORD: "x" };
  await makeRepository(repository, env.OBHUT_PASSWORD);
  const words = ["backup", "--data", fixture.dataDir, "-r", repository];
  const drawn = await onTerminal(words, [], env);
  assert.equal(drawn.code, 0, drawn.shown);
  assert.match(drawn.shown, /\r␛\[2Kstoring {2}/);
  assert.match(drawn.shown, /␛\[36mnote:␛\[0m/);
  assert.match(drawn.shown, /\r␛\[2KInstance: /);
  const plain = await onTerminal(words, [], { ...env, NO_COLOR: "1" });
  assert.doesNotMatch(plain.shown, /␛\[\d+m/);
  const dumb = await onTerminal(words, [], { ...env, TERM: "dumb" });
  assert.doesNotMatch(dumb.shown, /␛/);
});

test("Ctrl-C on a terminal ends a backup, its lock and its line", async () => {
  await using fixture = await unpackFixture();
  await using folder = await tempFolder("cli-ctrl-c");
  const repository = path.join(folder.path, "repository");
  const env = { OBHUT_PASSWORD: "x" };
  await makeRepository(repository, env.OBHUT_PASSWORD);
  const words = ["backup", "--data", fixture.dataDir, "-r", repository];
  const stopped = await onTerminal(words, [["capturing", "\u0003"]], env);
  assert.equal(stopped.code, 130, stopped.shown);
  assert.match(stopped.shown, /error:␛\[0m Interrupted\./);
  assert.deepEqual(await readdir(path.join(repository, "locks")), []);
  assert.deepEqual(await readdir(path.join(repository, "snapshots")), []);
});
