/** `obhut destination test` on places for plain copies of every kind. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, it } from "node:test";
import { runObhut } from "../support/run-obhut.ts";
import { startSshServer } from "../support/ssh-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { distantPlace } from "./distant-place.ts";

const folder = await tempFolder("place-test");
after(() => folder[Symbol.asyncDispose]());
const scratch = { OBHUT_SCRATCH: folder.path };

async function tested(place: string, words: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const run = await runObhut(["destination", "test", place, "--json", ...words], { ...scratch, ...env });
  assert.equal(run.code, 0, run.stderr);
  const lines = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const steps = lines.flatMap(({ step }) => step ?? []);
  assert.deepEqual(steps, ["reach", "prepare", "write", "read", "list", "speed", "remove"]);
  return lines.at(-1);
}

it("a folder: what it can do, in both languages, and nothing of the test stays", async () => {
  const path = join(folder.path, "local");
  const summary = await tested(`linked:${path}`);
  assert.ok(summary.hardLinks && summary.renamesFolders && !summary.made && summary.freeBytes > 0);
  assert.deepEqual(summary.names, { portable: false, foldsCase: false, utf8: false });
  assert.deepEqual(await readdir(path), []);
  await runObhut(["init", "--to", `linked:${path}`], scratch);
  const run = await runObhut(["destination", "test", `linked:${path}`, "--lang", "de"], scratch);
  assert.match(run.stdout, /Einfache Kopien: +ein Platz dafür/);
  assert.match(run.stdout, /Hardlinks: +ja/);
  assert.deepEqual(await readdir(path), ["obhut-place.json"]);
});

it("a folder of another machine, a bucket, and rclone", async () => {
  await using server = await startSshServer();
  const ssh = ["-o", `sftp.args=-F ${server.configFile}`];
  const sftp = await tested(`dated:sftp:server:${join(server.folder, "copies")}`, ssh);
  assert.ok(sftp.hardLinks && sftp.renamesFolders);
  for (const kind of ["s3: versitygw", "rclone: a bucket"] as const) {
    await using place = await distantPlace(kind);
    const found = await tested(`mirror:${place.url}`, place.words, place.env);
    assert.ok(!found.hardLinks && !found.renamesFolders && found.names.utf8, JSON.stringify(found));
    assert.ok(found.writeBytesPerSecond > 0 && found.readBytesPerSecond > 0);
    assert.equal((await place.files()).size, 0);
  }
});

it("what is wrong is said, after what worked", async () => {
  await using place = await distantPlace("s3: versitygw");
  const env = { ...scratch, ...place.env, AWS_SECRET_ACCESS_KEY: "another" };
  const denied = await runObhut(["destination", "test", `mirror:${place.url}`], env);
  assert.equal(denied.code, 1);
  assert.match(denied.stderr, /SignatureDoesNotMatch/);
  mkdirSync(join(folder.path, "a"));
  writeFileSync(join(folder.path, "a", "file"), "");
  const noFolder = await runObhut(["destination", "test", `mirror:${join(folder.path, "a", "file", "b")}`], scratch);
  assert.equal(noFolder.code, 1);
  assert.match(noFolder.stderr, /ENOTDIR/);
});
