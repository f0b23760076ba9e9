/** rclone as a child: what it ends with, what it leaves, and what is said of it. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isObhutError } from "../../src/base/errors.ts";
import { fileOf } from "../../src/storage/contract/storage-contract.ts";
import { rcloneClient } from "../../src/storage/rclone/rclone-client.ts";
import { rcloneCommand } from "../../src/storage/rclone/rclone-command.ts";
import { restStorage } from "../../src/storage/rest/rest-storage.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { toolFromEnvironment } from "../support/tool.ts";

const rclone = toolFromEnvironment("OBHUT_TEST_RCLONE");

function storageOf(command: readonly [string, ...string[]], timeoutMs = 20_000): Storage & AsyncDisposable {
  const client = rcloneClient({ location: "rclone:test", command, timeoutMs });
  const storage = restStorage({ location: "rclone:test", client, basePath: "/", connections: 5 });
  return Object.assign(storage, { [Symbol.asyncDispose]: () => storage.close() });
}

/** Processes of rclone that serve this folder. */
function serving(folder: string): number[] {
  const lines = execFileSync("ps", ["-e", "-o", "pid=,args="], { encoding: "utf8" }).split("\n");
  return lines
    .filter((line) => line.includes("--stdio") && line.includes(folder))
    .map((line) => Number.parseInt(line, 10));
}

async function goneFrom(folder: string): Promise<void> {
  for (let tries = 0; tries < 100 && serving(folder).length > 0; tries += 1) await sleep(50);
  assert.deepEqual(serving(folder), []);
}

it("is started once for many calls at once, and is gone when the storage is closed", async () => {
  await using folder = await tempFolder("rclone");
  const storage = storageOf(rcloneCommand(folder.path, { program: [rclone] }));
  await storage.create();
  const files = Array.from({ length: 20 }, (_, i) => fileOf("data", String(i)));
  await Promise.all(files.map((file) => storage.save(file, new Uint8Array(300_000))));
  assert.equal(serving(folder.path).length, 1);
  await storage.close();
  await goneFrom(folder.path);
});

it("a pack of 64 MiB goes through, and comes back", async () => {
  await using folder = await tempFolder("rclone");
  await using storage = storageOf(rcloneCommand(folder.path, { program: [rclone] }));
  await storage.create();
  const bytes = Buffer.alloc(64 * 1024 * 1024, "0123456789abcdef!");
  const file = fileOf("data", "big");
  await storage.save(file, bytes);
  assert.equal(Buffer.compare(await storage.load(file), bytes), 0);
  assert.equal(Buffer.compare(await readFile(join(folder.path, "data", file.name.slice(0, 2), file.name)), bytes), 0);
});

it("its death in the middle has a name, and the next call starts another", async () => {
  await using folder = await tempFolder("rclone");
  await using storage = storageOf(rcloneCommand(folder.path, { program: [rclone] }));
  await storage.create();
  const big = fileOf("data", "big");
  const bytes = new Uint8Array(256 * 1024 * 1024);
  const saving = storage.save(big, bytes);
  saving.catch(() => undefined);
  await sleep(50);
  for (const pid of serving(folder.path)) process.kill(pid, "SIGKILL");
  await assert.rejects(saving, (e) => isObhutError(e, "RCLONE_ENDED") && /SIGKILL/.test(String(e.params.reason)));
  const left = await storage.sizeOf(big);
  assert.ok(left === undefined || left < bytes.length, "what was interrupted does not look whole");
  await storage.save(big, bytes);
  assert.equal(await storage.sizeOf(big), bytes.length);
});

it("ends with the program that started it, however that ends", async () => {
  await using folder = await tempFolder("rclone");
  const script = `
    import { rcloneClient } from "${import.meta.dirname}/../../src/storage/rclone/rclone-client.ts";
    const command = JSON.parse(process.env.COMMAND);
    await rcloneClient({ location: "x", command, timeoutMs: 20000 }).send({ method: "HEAD", path: "/config" });
    console.log("ready");
    setInterval(() => undefined, 1000);`;
  const env = { ...process.env, COMMAND: JSON.stringify(rcloneCommand(folder.path, { program: [rclone] })) };
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
    env,
  });
  try {
    await once(child.stdout, "data");
    assert.equal(serving(folder.path).length, 1);
  } finally {
    child.kill("SIGKILL");
  }
  await goneFrom(folder.path);
});

it("no rclone, a remote nobody configured, a program that is something else, one that says nothing", async () => {
  await using missing = storageOf(["/no/such/rclone"]);
  await assert.rejects(missing.sizeOf(fileOf("config", "")), (e) => isObhutError(e, "RCLONE_MISSING"));
  await using unknown = storageOf(rcloneCommand("nowhere:bucket", { program: [rclone] }));
  const says = (words: RegExp) => (e: unknown) =>
    isObhutError(e, "RCLONE_NOT_READY") && words.test(String(e.params.reason));
  await assert.rejects(unknown.sizeOf(fileOf("config", "")), says(/didn't find section in config file/));
  await using other = storageOf(["echo", "hello"]);
  await assert.rejects(other.sizeOf(fileOf("config", "")), says(/exit 0/));
  await using mute = storageOf(["sleep", "60"], 500);
  await assert.rejects(mute.sizeOf(fileOf("config", "")), says(/no answer for 0.5 s/));
});
