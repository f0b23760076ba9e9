/** The command line over SFTP, as a person uses it. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { obhut } from "../cli/run-obhut.ts";
import { unpackFixture } from "../support/fixture.ts";
import { testPassword } from "../support/restic.ts";
import { type SshServer, startSshServer } from "../support/ssh-server.ts";
import { type DistantPlace, obhutAt, wholeRound } from "../support/whole-round.ts";

function placeOn(server: SshServer, url = `sftp:server:${server.folder}/repo`): DistantPlace {
  return { url, words: ["-o", `sftp.args=${server.args.join(" ")}`] };
}

it("init, backup, snapshots, check, restore, forget, prune; restic at the same place", async () => {
  await using server = await startSshServer();
  await wholeRound({ ...placeOn(server), folder: join(server.folder, "repo") });
});

it("the other spelling, with a port; and a command of one's own", async () => {
  await using server = await startSshServer();
  const { port, folder, knownHosts, userKey } = server;
  const args = `-F /dev/null -i ${userKey} -o UserKnownHostsFile=${knownHosts}`;
  const user = process.env["USER"] || (process.getuid?.() === 0 ? "root" : "");
  const url = `sftp://${user === "" ? "" : `${user}@`}127.0.0.1:${port}/${folder}/repo`;
  const made = await obhutAt({ url, words: ["-o", `sftp.args=${args}`, "-o", "sftp.connections=1"] }, "init");
  assert.equal(made.code, 0, made.stderr);
  const command = `sftp.command=ssh ${server.args.join(" ")} server -s sftp`;
  const seen = await obhutAt({ url: `sftp:whatever:${folder}/repo`, words: ["-o", command] }, "snapshots");
  assert.equal(seen.code, 0, seen.stderr);
});

it("a host that is not known, a server that is down: what is wrong and what to do, in both languages, soon", async () => {
  await using server = await startSshServer();
  const place = placeOn(server);
  assert.equal((await obhutAt(place, "snapshots")).code, 10);
  const known = await readFile(server.knownHosts, "utf8");
  await writeFile(server.knownHosts, "");
  const unknown = await obhutAt(place, "snapshots");
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /^error: sftp:server:\S+: the key of host server is not known: .*\n.*known_hosts/);
  assert.match((await obhutAt(place, "snapshots", "--lang", "de")).stderr, /^Fehler: .*Schlüssel des Rechners server/);
  await writeFile(server.knownHosts, known);
  await server.kill();
  const begun = Date.now();
  const down = await obhutAt(place, "snapshots");
  assert.equal(down.code, 1);
  assert.match(down.stderr, /cannot be reached: .*Connection refused/);
  assert.ok(Date.now() - begun < 15_000);
});

it("Ctrl-C during a backup releases the lock over the same connection", async () => {
  await using server = await startSshServer();
  await using fixture = await unpackFixture();
  await writeFile(join(fixture.dataDir, "uploads", "big"), Buffer.alloc(96 * 1024 * 1024, "0123456789abcdef\n"));
  const place = placeOn(server);
  assert.equal((await obhutAt(place, "init")).code, 0);
  const locks = join(server.folder, "repo", "locks");
  const env = { RESTIC_PASSWORD: testPassword, RESTIC_REPOSITORY: place.url };
  const interrupt = async (pid: number): Promise<void> => {
    while ((await readdir(locks)).length === 0) await sleep(5);
    process.kill(pid, "SIGINT");
  };
  const run = await obhut(["backup", "--data", fixture.dataDir, "--no-cache", ...(place.words ?? [])], {
    env,
    started: (pid) => void interrupt(pid),
  });
  assert.equal(run.code, 130, run.stderr);
  assert.deepEqual(await readdir(locks), []);
  assert.deepEqual(await readdir(join(server.folder, "repo", "snapshots")), []);
});
