/** What `obhut cat` prints is what `restic cat` prints. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { type ObhutRun, obhut } from "../cli/run-obhut.ts";
import { cheapenKey } from "../support/cheap-keys.ts";
import { makeOddFolder } from "../support/odd-folder.ts";
import { newestRestic, testPassword } from "../support/restic.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { toolFromEnvironment } from "../support/tool.ts";

it("config, key, snapshot, index, pack, blob and tree are shown as restic shows them", async () => {
  await using folder = await tempFolder("interop-cat");
  const [source, path] = [join(folder.path, "source"), join(folder.path, "repo")];
  await makeOddFolder(source);
  await newestRestic.run(path, "init");
  await cheapenKey(path, testPassword);
  await newestRestic.run(path, "backup", "--tag", "a<b>&c", "--tag", "zwei", source);
  const cat = async (...words: string[]): Promise<ObhutRun> =>
    await obhut(["cat", ...words, "-r", path], { env: { OBHUT_PASSWORD: testPassword } });
  const only = async (type: string): Promise<string> => (await readdir(join(path, type)))[0] ?? assert.fail(type);
  const packs = (await readdir(join(path, "data"), { recursive: true })).filter((name) => name.length > 60);
  const pack = packs[0]?.slice(3) ?? assert.fail();
  const index = JSON.parse((await cat("index", await only("index"))).text);
  const snapshot = (await only("snapshots")).slice(0, 8);
  const [blob] = index.packs[0].blobs;
  for (const words of [
    ["config"],
    ["key", await only("keys")],
    ["index", await only("index")],
    ["snapshot", snapshot],
    ["tree", snapshot],
    ["tree", `${snapshot}:${source}/deep`],
    ["blob", blob.id],
    ["pack", pack],
  ]) {
    const ours = await cat(...words);
    assert.deepEqual([ours.code, ours.stderr], [0, ""], words.join(" "));
    const theirs = await bytesOfRestic(path, words);
    // restic writes <, > and & of JSON as escapes
    const json =
      words[0] === "snapshot" ? Buffer.from(theirs.toString().replace(/\\u00(3c|3e|26)/g, unescaped)) : theirs;
    assert.equal(ours.stdout.toString("latin1").trimEnd(), json.toString("latin1").trimEnd(), words.join(" "));
  }
  assert.ok((await cat("snapshot", "latest")).stdout.equals((await cat("snapshot", snapshot)).stdout));
  assert.equal((await cat("key", (await only("keys")).slice(0, 6))).code, 0);
});

function unescaped(_all: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

async function bytesOfRestic(path: string, words: readonly string[]): Promise<Buffer> {
  const env = { ...process.env, RESTIC_REPOSITORY: path, RESTIC_PASSWORD: testPassword };
  const program = toolFromEnvironment("OBHUT_TEST_RESTIC");
  return await new Promise((resolve, reject) => {
    const done = (error: Error | null, out: Buffer): void => (error === null ? resolve(out) : reject(error));
    execFile(program, ["--no-cache", "cat", ...words], { env, encoding: "buffer", maxBuffer: 64 * 1024 * 1024 }, done);
  });
}

it("what is not there, not unique, not given or never shown is an error; a damaged pack is given and named", async () => {
  await using folder = await tempFolder("interop-cat");
  const path = join(folder.path, "repo");
  await makeOddFolder(join(folder.path, "source"));
  await newestRestic.run(path, "init");
  await cheapenKey(path, testPassword);
  await newestRestic.run(path, "backup", join(folder.path, "source"));
  const env = { OBHUT_PASSWORD: testPassword };
  const failed = async (...words: string[]): Promise<string> => {
    const { code, text, stderr } = await obhut(["cat", ...words, "-r", path, "--json"], { env });
    assert.deepEqual([code, text], [1, ""], words.join(" "));
    return stderr;
  };
  assert.match(await failed("masterkey"), /config, key, snapshot/);
  assert.match(await failed("key"), /argumentMissing/);
  assert.match(await failed("config", "x"), /argumentTooMany/);
  assert.match(await failed("key", "abcdefabcdef"), /OBJECT_NOT_FOUND/);
  assert.match(await failed("lock", "x"), /OBJECT_NOT_FOUND/);
  assert.match(await failed("blob", "ab"), /OBJECT_NOT_FOUND/);
  assert.match(await failed("blob", "ab".repeat(32)), /OBJECT_NOT_FOUND/);
  assert.match(await failed("tree", "latest:/nowhere"), /PATH_NOT_IN_SNAPSHOT/);
  const name = (await readdir(join(path, "data"), { recursive: true })).find((one) => one.length > 60) ?? assert.fail();
  const file = join(path, "data", name);
  const bytes = await readFile(file);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  await chmod(file, 0o600);
  await writeFile(file, bytes);
  const { code, stdout, stderr } = await obhut(["cat", "pack", name.slice(3), "-r", path], { env });
  assert.equal(code, 3);
  assert.ok(stdout.equals(bytes));
  assert.match(stderr, /is damaged/);
});
