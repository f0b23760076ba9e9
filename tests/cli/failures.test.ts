/** Exit codes, where passwords come from, and what a call leaves behind when it is interrupted. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmod, readdir, watch, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { writeLock } from "../../src/repository/locks.ts";
import { openRepository } from "../../src/repository/open-repository.ts";
import { localStorage } from "../../src/storage/local/local-storage.ts";
import { testActor } from "../support/actor.ts";
import { makeRepository } from "../support/cheap-keys.ts";
import { fixtureFacts, type UnpackedFixture, unpackFixture } from "../support/fixture.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";
import { type ObhutRun, obhut } from "./run-obhut.ts";

const password = "päss wörd";
let fixture: UnpackedFixture;
let folder: TempFolder;
let repository: string;

before(async () => {
  fixture = await unpackFixture();
  folder = await tempFolder("cli-failures");
  repository = path.join(folder.path, "repository");
  await makeRepository(repository, password);
});

after(async () => {
  await fixture[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

test("10, 12, 1: no repository, a wrong password, none at all", async () => {
  const missing = await obhut(["snapshots", "-r", `${repository}-no`], { env: { RESTIC_PASSWORD: password } });
  assert.equal(missing.code, 10);
  assert.match(missing.stderr, /^error: There is no repository at /);
  const wrong = await obhut(["snapshots", "-r", repository, "--json"], { env: { RESTIC_PASSWORD: "another" } });
  assert.equal(wrong.code, 12);
  assert.equal(wrong.json.at(-1)?.["exitCode"], 12);
  assert.doesNotMatch(wrong.text + wrong.stderr, /another/);
  const none = await obhut(["snapshots", "-r", repository, "--lang", "de"]);
  assert.equal(none.code, 1);
  assert.match(
    none.stderr,
    /^Fehler: Für .* wurde kein Passwort angegeben\.\n.*--password-file, --password-command, RESTIC_PASSWORD\./,
  );
  const again = await obhut(["init", "-r", repository], { env: { RESTIC_PASSWORD: password } });
  assert.equal(again.code, 1);
  assert.match(again.stderr, /already/);
});

test("11: a repository that somebody holds alone", async () => {
  const opened = await openRepository(localStorage(repository), password, testActor());
  await writeLock(opened, "exclusive");
  const env = { RESTIC_PASSWORD: password };
  for (const words of [
    ["backup", "--data", fixture.dataDir],
    ["restore", "latest", "--target", path.join(folder.path, "locked")],
    ["ls", "latest"],
    ["dump", "latest", "/open-webui/manifest.json"],
  ]) {
    const locked = await obhut([...words, "-r", repository], { env });
    assert.equal(locked.code, 11, locked.stderr);
    assert.match(locked.stderr, /is locked by tester@test-host/);
  }
  assert.match((await obhut(["unlock", "-r", repository], { env })).text, /^0 locks removed/);
  assert.match((await obhut(["unlock", "--remove-all", "-r", repository], { env })).text, /^1 lock removed/);
});

test("passwords come from a file, a command, and both families of variables", async () => {
  const file = path.join(folder.path, "pass word");
  await writeFile(file, `${password}\n`);
  const program = path.join(folder.path, "tell");
  await writeFile(program, `#!/bin/sh\n[ "$1" = "two words" ] && printf '%s\\n' '${password}'\n`);
  await chmod(program, 0o700);
  const command = `${program} 'two words'`;
  for (const [words, env] of [
    [["--password-file", file], {}],
    [["-p", file], { RESTIC_PASSWORD: "wrong" }],
    [["--password-command", command], {}],
    [[], { OBHUT_PASSWORD: password, RESTIC_PASSWORD: "wrong" }],
    [[], { OBHUT_PASSWORD_FILE: file }],
    [[], { OBHUT_PASSWORD_COMMAND: command }],
    [[], { RESTIC_PASSWORD_FILE: file }],
    [[], { RESTIC_PASSWORD_COMMAND: command }],
  ] as const) {
    const listed = await obhut(["snapshots", "-r", repository, ...words], { env });
    assert.equal(listed.code, 0, `${words.join(" ")} ${JSON.stringify(env)} ${listed.stderr}`);
  }
  const failing = await obhut(["snapshots", "-r", repository, "--password-command", `${program} nothing`]);
  assert.equal(failing.code, 1);
  assert.match(failing.stderr, /the password command .*tell failed: exit 1/);
  const fromEnvironment = await obhut(["snapshots"], {
    env: { RESTIC_PASSWORD: password, RESTIC_REPOSITORY: repository },
  });
  assert.equal(fromEnvironment.code, 0);
});

test("a data directory that is none is an error, and stores nothing", async () => {
  const env = { RESTIC_PASSWORD: password };
  await using nothing = await tempFolder("cli-failures-empty");
  const empty = await obhut(["backup", "--data", nothing.path, "-r", repository], { env });
  assert.equal(empty.code, 1);
  assert.match(empty.stderr, /webui\.db/);
  const missing = await obhut(["backup", "--data", "/nonexistent", "-r", repository], { env });
  assert.equal(missing.code, 1);
  assert.deepEqual(await readdir(path.join(repository, "snapshots")), []);
  assert.deepEqual(await readdir(path.join(repository, "locks")), []);
});

test("the app's env file is named where it is missing, and is never Obhut's own environment", async () => {
  const missing = await obhut(["backup", "--data", fixture.dataDir, "-r", repository, "--env-file", "./none.env"], {
    env: { RESTIC_PASSWORD: password },
    cwd: folder.path,
  });
  assert.equal(missing.code, 1);
  const file = path.join(folder.path, "none.env");
  assert.ok(missing.stderr.includes(`error: ${file} could not be read: there is no such file or folder (ENOENT)\n`));
  const envFile = path.join(folder.path, "app.env");
  await writeFile(envFile, `RESTIC_PASSWORD='${password}'\nNODE_OPTIONS=--no-such-option\n`);
  const words = ["backup", "--data", fixture.dataDir, "-r", repository, "--dry-run", "--env-file", envFile];
  assert.match((await obhut(words)).stderr, /^error: No password for .* was given\./);
  assert.equal((await obhut(words, { env: { RESTIC_PASSWORD: password } })).code, 0);
});

test("no repository is made in a data directory or around one, and none there is written to", async () => {
  const env = { RESTIC_PASSWORD: password };
  const before = await readdir(fixture.dataDir, { recursive: true });
  for (const place of [fixture.dataDir, path.join(fixture.dataDir, "backup"), path.dirname(fixture.dataDir)]) {
    const made = await obhut(["init", "-r", place], { env });
    assert.equal(made.code, 1);
    assert.match(made.stderr, /lie one inside the other/);
    const stored = await obhut(["backup", "--data", fixture.dataDir, "-r", place, "--lang", "de"], { env });
    assert.match(stored.stderr, /liegen ineinander/);
  }
  assert.deepEqual(await readdir(fixture.dataDir, { recursive: true }), before);
  const start = await obhut(["start", "."], { env, cwd: fixture.dataDir });
  assert.equal(start.code, 1);
  assert.deepEqual(await readdir(fixture.dataDir, { recursive: true }), before);
});

test("130: an interrupted backup releases its lock, and the next one succeeds", async () => {
  const env = { RESTIC_PASSWORD: password };
  let interrupted = 0;
  // After the lock was written: while it settles, while the data is read, perhaps at the end.
  for (const delayMs of [0, 100, 250, 500]) {
    const run = await interruptedBackup(env, delayMs);
    assert.deepEqual(await readdir(path.join(repository, "locks")), [], `after ${delayMs} ms`);
    if (run.code === 0) continue;
    assert.equal(run.code, 130, run.stderr);
    interrupted += 1;
    assert.match(run.stderr, /Fehler: Abgebrochen\./);
  }
  assert.ok(interrupted > 0, "no run was slow enough to be interrupted");
  const whole = await obhut(["backup", "--data", fixture.dataDir, "-r", repository, "--json"], { env });
  assert.equal(whole.code, 0, whole.stderr);
  const counts = whole.json.at(-1)?.["counts"] as Record<string, number> | undefined;
  assert.equal(counts?.["file"], fixtureFacts.rows.file);
});

/** Interrupted so long after its lock came into being, unless it has ended by then. */
async function interruptedBackup(env: Readonly<Record<string, string>>, delayMs: number): Promise<ObhutRun> {
  const over = new AbortController();
  const locked = watch(path.join(repository, "locks"), { signal: over.signal }).next();
  let pid = 0;
  const running = obhut(["backup", "--data", fixture.dataDir, "-r", repository, "--lang", "de"], {
    env,
    started: (id) => {
      pid = id;
    },
  });
  void running.finally(() => over.abort());
  await locked
    .then(async () => {
      await sleep(delayMs, undefined, { signal: over.signal });
      process.kill(pid, "SIGINT");
    })
    .catch((error: unknown) => assert.ok(over.signal.aborted, String(error)));
  return await running;
}

test("a reader that goes away ends a listing without a word", async () => {
  const main = path.resolve(import.meta.dirname, "../../bin/obhut");
  const script = `sh '${main}' ls latest -r '${repository}' 2>&1 >&3 | cat`;
  const child = spawn("bash", ["-c", `exec 3> >(head -n 1 >/dev/null); ${script}`], {
    env: { ...process.env, RESTIC_PASSWORD: password },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = Buffer.concat(await Array.fromAsync(child.stdout)).toString("utf8");
  assert.equal(said, "");
});

test("a backup passes over a snapshot that is damaged, names it, and is whole", async () => {
  const env = { RESTIC_PASSWORD: password };
  const damaged = "cd".repeat(32);
  await writeFile(path.join(repository, "snapshots", damaged), Buffer.alloc(200));
  const backup = await obhut(["backup", "--data", fixture.dataDir, "-r", repository, "--json"], { env });
  assert.equal(backup.code, 0, backup.stderr);
  const found = backup.json.filter(({ code }) => code === "SNAPSHOT_PASSED_OVER");
  assert.deepEqual(
    found.map(({ params }) => (params as Record<string, unknown>)["snapshot"]),
    [damaged.slice(0, 8)],
  );
  assert.match(String(found[0]?.["next"]), /obhut check/);
  const summary = backup.json.at(-1);
  assert.ok(Number(summary?.["findings"]) >= 1);
  const destinations = (summary?.["destinations"] ?? []) as Record<string, unknown>[];
  assert.match(String(destinations[0]?.["parent"]), /^[0-9a-f]{64}$/);
});
