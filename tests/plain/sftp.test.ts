/** Plain copies on another machine: the contract against OpenSSH's own server, and linked copies of a real instance. */
import assert from "node:assert/strict";
import { mkdirSync, renameSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, it } from "node:test";
import { testPlaceContract } from "../../src/plain/contract/place-contract.ts";
import { sftpPlace } from "../../src/plain/place/sftp/sftp-place.ts";
import { startSshServer } from "../support/ssh-server.ts";
import { assertSums, copiesIn, copyScene, sqlite } from "./copy-scene.ts";

const server = await startSshServer();
after(() => server[Symbol.asyncDispose]());
let made = 0;

testPlaceContract("sftp", async () => {
  made += 1;
  const path = join(server.folder, `place-${made}`, "copies");
  const open = () => sftpPlace({ location: "sftp:server", place: { host: "server" }, path, args: server.args });
  const place = await open();
  return { place, again: open, [Symbol.asyncDispose]: () => place.close() };
});

it("linked copies over SFTP share what did not change, come back, and are refused where the place is gone", async () => {
  await using scene = await copyScene();
  const folder = join(server.folder, "snapshots");
  const place = `linked:sftp:server:${folder}`;
  const ssh = ["-o", `sftp.args=-F ${server.configFile}`];
  await scene.done("init", "--to", place, ...ssh);
  for (let i = 0; i < 2; i++) {
    const run = await scene.backup("--to", place, ...ssh);
    assert.equal(run.code, 0, run.stderr);
  }
  const [first = "", second = ""] = await copiesIn(folder);
  for (const copy of [first, second]) assertSums(join(folder, copy));
  const names = await readdir(join(folder, second, "uploads"));
  for (const name of names) assert.equal(statSync(join(folder, second, "uploads", name)).nlink, 2, name);
  assert.deepEqual(sqlite(join(folder, second, "webui.db"), "SELECT count(*) FROM file"), ["ok", "17"]);
  await scene.done("restore", "latest", "--from", place, "--target", scene.at("out"), ...ssh);
  assert.deepEqual(sqlite(scene.at("out", "webui.db"), "SELECT count(*) FROM file"), ["ok", "17"]);
  renameSync(folder, `${folder}-away`);
  mkdirSync(folder);
  const refused = await scene.backup("--to", place, ...ssh);
  assert.equal(refused.code, 10, refused.stderr);
  assert.deepEqual(await readdir(folder), []);
});
