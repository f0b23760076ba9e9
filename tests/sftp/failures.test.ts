/** What goes wrong between two machines, made to go wrong against OpenSSH's own server: every failure has its own name. */
import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorCode } from "../../src/base/error-codes.ts";
import { isObhutError } from "../../src/base/errors.ts";
import { fileOf } from "../../src/storage/contract/storage-contract.ts";
import { type SftpStorageOptions, sftpStorage } from "../../src/storage/sftp/sftp-storage.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { freePort, makeKey, type SshServer, startSshServer } from "../support/ssh-server.ts";
import { tempFolder } from "../support/temp-folder.ts";

const shared = await startSshServer();
after(() => shared[Symbol.asyncDispose]());

type OwnedStorage = Storage & AsyncDisposable;

function storageOn(server: SshServer, options: Partial<SftpStorageOptions> = {}): OwnedStorage {
  const storage = sftpStorage({
    location: "sftp:server:/repo",
    place: { host: "server" },
    path: join(server.folder, "repo"),
    args: server.args,
    ...options,
  });
  return Object.assign(storage, { [Symbol.asyncDispose]: () => storage.close() });
}

async function assertFails(storage: Storage, code: ErrorCode, says: RegExp): Promise<void> {
  await assert.rejects(storage.sizeOf(fileOf("config", "")), (error) => {
    assert.ok(isObhutError(error, code), String(error));
    assert.match(JSON.stringify(error.params), says);
    return true;
  });
}

/** The same ssh_config, with other lines in front: the first that is found counts. */
async function otherConfig(server: SshServer, ...lines: string[]): Promise<readonly string[]> {
  const path = join(server.folder, `config-${lines.join("").replace(/\W/g, "").slice(-40)}`);
  await writeFile(path, `${lines.join("\n")}\n${await readFile(server.configFile, "utf8")}`);
  return ["-F", path];
}

it("a host that known_hosts does not name is not trusted, and nothing is written down", async () => {
  const empty = join(shared.folder, "empty_known_hosts");
  await writeFile(empty, "");
  const args = await otherConfig(shared, `UserKnownHostsFile ${empty}`);
  await using storage = storageOn(shared, { args });
  await assertFails(storage, "STORAGE_HOST_UNKNOWN", /host key/i);
  assert.equal(await readFile(empty, "utf8"), "");
});

it("a person's ssh_config may say that new hosts are accepted", async () => {
  const fresh = join(shared.folder, "fresh_known_hosts");
  const args = await otherConfig(shared, `UserKnownHostsFile ${fresh}`, "StrictHostKeyChecking accept-new");
  await using storage = storageOn(shared, { args });
  assert.equal(await storage.sizeOf(fileOf("config", "")), undefined);
  assert.match(await readFile(fresh, "utf8"), /ed25519/);
});

it("a host whose key changed is refused", async () => {
  makeKey(join(shared.folder, "another_host_key"));
  const key = await readFile(join(shared.folder, "another_host_key.pub"), "utf8");
  const changed = join(shared.folder, "changed_known_hosts");
  await writeFile(changed, `[127.0.0.1]:${shared.port} ${key.split(" ").slice(0, 2).join(" ")}\n`);
  const args = await otherConfig(shared, `UserKnownHostsFile ${changed}`);
  await using storage = storageOn(shared, { args });
  await assertFails(storage, "STORAGE_HOST_CHANGED", /IDENTIFICATION HAS CHANGED/);
});

it("a key that the server does not know", async () => {
  makeKey(join(shared.folder, "stranger"));
  const config = (await readFile(shared.configFile, "utf8")).replaceAll(shared.userKey, `${shared.folder}/stranger`);
  const path = join(shared.folder, "stranger_config");
  await writeFile(path, config);
  await using storage = storageOn(shared, { args: ["-F", path] });
  await assertFails(storage, "SSH_LOGIN_REFUSED", /Permission denied \(publickey\)/);
});

it("a port where nobody listens, and a name that nobody has", async () => {
  await using nobody = storageOn(shared, { place: { host: "server", port: await freePort() } });
  await assertFails(nobody, "STORAGE_UNREACHABLE", /Connection refused/);
  await using nowhere = storageOn(shared, { place: { host: "no-such-host.invalid" } });
  await assertFails(nowhere, "STORAGE_UNREACHABLE", /Could not resolve hostname/);
});

it("a machine without ssh", async () => {
  await using storage = storageOn(shared, { command: ["/no/such/ssh"] });
  await assertFails(storage, "SSH_MISSING", /ENOENT/);
});

it("a server that speaks, but not SFTP: a login script that prints, one that says nothing and ends", async () => {
  await using chatty = storageOn(shared, { command: ["echo", "Welcome to the NAS"] });
  await assertFails(chatty, "SSH_NO_SFTP", /something else than SFTP/);
  await using mute = storageOn(shared, { command: ["true"] });
  await assertFails(mute, "STORAGE_UNREACHABLE", /exit 0/);
});

it("a server without the SFTP subsystem", async () => {
  await using server = await startSshServer({ settings: ["Subsystem other /bin/true"] });
  await using storage = storageOn(server);
  await assertFails(storage, "SSH_NO_SFTP", /subsystem request failed/);
});

it("names of ssh_config, with port, user and key; and a jump over another host", async () => {
  const logins = async (): Promise<number> =>
    (await readFile(join(shared.folder, "sshd.log"), "utf8")).split("Accepted publickey").length - 1;
  const before = await logins();
  for (const host of ["server", "jumped"]) {
    await using storage = storageOn(shared, { place: { host }, path: join(shared.folder, `by-${host}`) });
    await storage.create();
    await storage.save(fileOf("keys", host), new Uint8Array(9));
    assert.deepEqual(await readdir(join(shared.folder, `by-${host}`, "keys")), [fileOf("keys", host).name]);
  }
  assert.ok((await logins()) - before >= 3, "the host that is jumped over is logged into as well");
});

it("a connection that breaks in the middle of a save: an error with a name, nothing that looks whole, and the next call works", async () => {
  await using server = await startSshServer();
  await using storage = storageOn(server);
  await storage.create();
  const file = fileOf("data", "big");
  const folder = join(server.folder, "repo", "data", file.name.slice(0, 2));
  // Large enough to be under way still when its temporary file is seen.
  const bytes = new Uint8Array(192 * 1024 * 1024);
  const saving = storage.save(file, bytes).then(
    () => assert.fail("saved over a dead connection"),
    (error: unknown) => error,
  );
  while ((await readdir(folder)).length === 0) await sleep(2);
  await server.kill();
  assert.ok(isObhutError(await saving, "STORAGE_UNREACHABLE"));
  assert.ok(!(await readdir(folder)).includes(file.name));
  await assertFails(storage, "STORAGE_UNREACHABLE", /refused/);
  await server.start();
  const small = bytes.subarray(0, 1000);
  await storage.save(file, small);
  assert.deepEqual(await readdir(folder), [file.name], "what the broken save left is removed by the next");
  assert.deepEqual(await storage.load(file), small);
});

it("a save that is aborted leaves nothing, and the connection goes on", async () => {
  await using storage = storageOn(shared, { path: join(shared.folder, "aborted") });
  await storage.create();
  const file = fileOf("data", "aborted");
  const folder = join(shared.folder, "aborted", "data", file.name.slice(0, 2));
  const stop = new AbortController();
  const saving = storage.save(file, new Uint8Array(128 * 1024 * 1024), stop.signal);
  saving.catch(() => undefined);
  while ((await readdir(folder)).length === 0) await sleep(2);
  stop.abort(new Error("enough"));
  await assert.rejects(saving, /enough/);
  assert.deepEqual(await readdir(folder), []);
  await storage.save(file, new Uint8Array(10));
});

it("close ends every process, also while calls are under way", async () => {
  await using server = await startSshServer();
  const storage = storageOn(server);
  await storage.create();
  const saving = Promise.allSettled(
    ["a", "b", "c", "d"].map((seed) => storage.save(fileOf("data", seed), new Uint8Array(32 * 1024 * 1024))),
  );
  await sleep(100);
  assert.notDeepEqual(server.connections(), []);
  await storage.close();
  await saving;
  for (let tries = 0; tries < 50 && server.connections().length > 0; tries += 1) await sleep(100);
  assert.deepEqual(server.connections(), []);
  await assert.rejects(storage.sizeOf(fileOf("config", "")), /closed/);
});

it("a root that is gone is not made anew: a disk that is not mounted is not filled", async () => {
  await using folder = await tempFolder("sftp-root");
  await using storage = storageOn(shared, { path: join(folder.path, "repo") });
  await storage.create();
  await rm(join(folder.path, "repo", "data"), { recursive: true });
  await storage.save(fileOf("data", "1"), new Uint8Array(1));
  await rm(join(folder.path, "repo"), { recursive: true });
  await assert.rejects(storage.save(fileOf("data", "2"), new Uint8Array(1)), (e) => isObhutError(e, "STORAGE_FAILED"));
  assert.deepEqual(await readdir(folder.path), []);
});
