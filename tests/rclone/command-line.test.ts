/** The command line through rclone, as a person uses it: over a folder, and over an S3 remote that rclone itself serves. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../support/ssh-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { toolFromEnvironment } from "../support/tool.ts";
import { obhutAt, wholeRound } from "../support/whole-round.ts";

const program = toolFromEnvironment("OBHUT_TEST_RCLONE");
const words = ["-o", `rclone.program=${program}`];

it("init, backup, snapshots, check, restore, forget, prune over a remote of RCLONE_CONFIG; restic at the same place", async () => {
  await using folder = await tempFolder("rclone-cli");
  const config = join(folder.path, "rclone.conf");
  await writeFile(config, `[disk]\ntype = alias\nremote = ${folder.path}/disk\n`);
  const repository = join(folder.path, "disk/a folder/repo");
  await wholeRound({ url: "rclone:disk:a folder/repo", words, env: { RCLONE_CONFIG: config }, folder: repository });
});

it("a backup into a bucket, through rclone", async () => {
  await using folder = await tempFolder("rclone-s3");
  const port = await freePort();
  await mkdir(join(folder.path, "s3/bucket"), { recursive: true });
  const serve = [
    "serve",
    "s3",
    "--addr",
    `127.0.0.1:${port}`,
    "--auth-key",
    "obhut-test-id,obhut-test-secret",
    join(folder.path, "s3"),
  ];
  const server = spawn(program, serve, { stdio: "ignore" });
  try {
    await listening(port);
    const config = join(folder.path, "rclone.conf");
    const keys = "access_key_id = obhut-test-id\nsecret_access_key = obhut-test-secret\n";
    await writeFile(config, `[cloud]\ntype = s3\nprovider = Rclone\nendpoint = http://127.0.0.1:${port}\n${keys}`);
    const place = { url: "rclone:cloud:bucket/repo", words, env: { RCLONE_CONFIG: config } };
    await wholeRound(place, { removes: true });
  } finally {
    const gone = once(server, "exit");
    server.kill("SIGKILL");
    await gone;
  }
});

it("a remote that nobody configured, and no rclone: what is wrong and what to do, in both languages", async () => {
  const unknown = { url: "rclone:nowhere:x", words, env: { RCLONE_CONFIG: "/nonexistent.conf" } };
  const run = await obhutAt(unknown, "snapshots");
  assert.equal(run.code, 1);
  assert.match(run.stderr, /^error: rclone:nowhere:x: rclone does not serve this place: .*\n.*rclone listremotes/s);
  assert.match((await obhutAt(unknown, "snapshots", "--lang", "de")).stderr, /^Fehler: .*bedient diesen Ort nicht/);
  const missing = { url: "rclone:nowhere:x", words: ["-o", "rclone.program=/no/such/rclone"] };
  assert.match((await obhutAt(missing, "snapshots")).stderr, /needs the program rclone/);
});

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect(port, "127.0.0.1");
    const isUp = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) return;
    await sleep(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}
