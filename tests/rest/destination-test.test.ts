/** `obhut destination test` on real servers: what is good, what is refused, and why. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { obhut } from "../cli/run-obhut.ts";
import { startRestServer } from "../support/rest-server.ts";
import { startSshServer } from "../support/ssh-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { toolFromEnvironment } from "../support/tool.ts";

const test = (...words: string[]): ReturnType<typeof obhut> => obhut(["destination", "test", ...words]);

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

it("good places of every kind, and nothing stays", async () => {
  await using rest = await startRestServer({ tls: true, user: "ada", password: "x" });
  await using ssh = await startSshServer();
  await using folder = await tempFolder("destination-test");
  for (const words of [
    [`rest:${rest.url}a/`, "--cacert", rest.caFile],
    [`sftp:server:${folder.path}/sftp`, "-o", `sftp.args=${ssh.args.join(" ")}`],
    [`rclone::local:${folder.path}/rclone`, "-o", `rclone.program=${toolFromEnvironment("OBHUT_TEST_RCLONE")}`],
    [join(folder.path, "local")],
  ]) {
    const run = await test(...words, "--json");
    assert.equal(run.code, 0, `${words}: ${run.text}${run.stderr}`);
    const summary = run.json.at(-1);
    assert.equal(summary?.["removes"], true);
    assert.ok(Number(summary?.["writeBytesPerSecond"]) > 0);
  }
  assert.deepEqual(await filesIn(folder.path), []);
  assert.deepEqual(await filesIn(rest.data), []);
});

it("an append-only server is good, and says what stays", async () => {
  await using rest = await startRestServer({ appendOnly: true });
  const run = await test(`rest:${rest.url}`);
  assert.equal(run.code, 0, run.stderr);
  const [left = ""] = await filesIn(rest.data);
  assert.match(run.text, new RegExp(`Removing: +refused, .*data/${left}`));
});

it("a server that lets nothing be written: what worked until then, and the reason", async () => {
  await using ssh = await startSshServer({ settings: ["Subsystem sftp internal-sftp -R"] });
  const run = await test(`sftp:server:${ssh.folder}/r`, "-o", `sftp.args=${ssh.args.join(" ")}`, "--lang", "de");
  assert.equal(run.code, 1);
  assert.match(run.text, /^Was ging: den Ort erreichen\.$/m);
  assert.match(run.stderr, /^Fehler: .* hat das nicht erlaubt: .*Permission denied/);
});
