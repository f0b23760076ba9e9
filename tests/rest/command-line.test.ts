/** The command line against REST servers, as a person uses it. */
import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { unpackFixture } from "../support/fixture.ts";
import { startRestServer } from "../support/rest-server.ts";
import { obhutAt, wholeRound } from "../support/whole-round.ts";

it("init, backup, snapshots, check, restore, forget, prune over TLS with a password; restic at the same place", async () => {
  await using server = await startRestServer({ tls: true, user: "ada", password: "p@ss/wörd" });
  const folder = join(server.data, "repo");
  await wholeRound({ url: `rest:${server.url}repo`, words: ["--cacert", server.caFile], folder });
});

it("an append-only server takes backups and locks, and removes nothing else", async () => {
  await using server = await startRestServer({ appendOnly: true });
  const place = { url: `rest:${server.url}deep/repo/`, folder: join(server.data, "deep/repo") };
  await wholeRound(place, { removes: false });
  const refused = await obhutAt(place, "forget", "--keep-last", "1");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /refuses to remove files: HTTP 403/);
  const idle = await obhutAt(place, "prune");
  assert.equal(idle.code, 0, `a prune that has nothing to remove: ${idle.text}${idle.stderr}`);
  assert.equal((await readdir(join(server.data, "deep/repo/snapshots"))).length, 3);
  assert.deepEqual(await readdir(join(server.data, "deep/repo/locks")), []);
});

it("wrong password, none, a certificate nobody vouches for, nobody there: each by its name, and no password is shown", async () => {
  await using server = await startRestServer({ tls: true, user: "ada", password: "geheim" });
  const { port, caFile: ca } = server;
  const saying = async (url: string, words: string[], env: Record<string, string> = {}): Promise<string> => {
    const run = await obhutAt({ url, words, env }, "snapshots");
    assert.equal(run.code, 1, run.stderr);
    assert.doesNotMatch(run.text + run.stderr, /geheim|falsch/);
    return run.stderr;
  };
  const place = `rest:https://ada:geheim@127.0.0.1:${port}/`;
  assert.match(
    await saying(`rest:https://ada:falsch@127.0.0.1:${port}/`, ["--cacert", ca]),
    /does not let this user in: .*HTTP 401/,
  );
  assert.match(await saying(`rest:https://127.0.0.1:${port}/`, ["--cacert", ca]), /HTTP 401/);
  assert.match(await saying(place, []), /could not prove who it is/);
  assert.match(await saying(place.replace("127.0.0.1", "localhost"), ["--cacert", ca]), /could not prove who it is/);
  assert.match(await saying(place, ["--cacert", "/no/such.pem"]), /\/no\/such\.pem could not be read/);
  const login = { RESTIC_REST_USERNAME: "ada", RESTIC_REST_PASSWORD: "geheim", RESTIC_CACERT: ca };
  assert.equal((await obhutAt({ url: `rest:https://127.0.0.1:${port}/`, env: login }, "snapshots")).code, 10);
  await server.kill();
  assert.match(await saying(place, ["--cacert", ca]), /cannot be reached: connect ECONNREFUSED/);
});

it("a server that goes away and comes back: a note, and the backup ends right", async () => {
  await using server = await startRestServer();
  await using fixture = await unpackFixture();
  const big = Buffer.alloc(200 * 1024 * 1024);
  for (let at = 0; at < big.length; at += 4096) big.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  await writeFile(join(fixture.dataDir, "uploads", "big"), big);
  const place = { url: `rest:${server.url}` };
  assert.equal((await obhutAt(place, "init")).code, 0);
  const backup = obhutAt(place, "backup", "--data", fixture.dataDir, "--no-cache");
  while ((await readdir(join(server.data, "locks"))).length === 0) await new Promise((done) => setTimeout(done, 5));
  await server.kill();
  await new Promise((done) => setTimeout(done, 4_000));
  await server.start();
  const run = await backup;
  assert.equal(run.code, 0, run.stderr);
  assert.equal((await obhutAt(place, "check", "--read-data")).code, 0);
});
