/** Servers that offer less: no extensions, nothing but reading, nothing but one folder, a full disk. */
import assert from "node:assert/strict";
import { chmod, chown, mkdir, readdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { isObhutError } from "../../src/base/errors.ts";
import { fileOf, testStorageContract } from "../../src/storage/contract/storage-contract.ts";
import { sftpStorage } from "../../src/storage/sftp/sftp-storage.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { smallDisk } from "../crash/small-disk.ts";
import { type SshServer, startSshServer } from "../support/ssh-server.ts";
import { tempFolder } from "../support/temp-folder.ts";

type OwnedStorage = Storage & AsyncDisposable;

function storageAt(server: SshServer, path: string): OwnedStorage {
  const storage = sftpStorage({ location: "sftp:server", place: { host: "server" }, path, args: server.args });
  return Object.assign(storage, { [Symbol.asyncDispose]: () => storage.close() });
}

const withoutExtensions = "posix-rename,hardlink,fsync,limits,statvfs";
const plain = await startSshServer({ settings: [`Subsystem sftp internal-sftp -P ${withoutExtensions}`] });
after(() => plain[Symbol.asyncDispose]());
let made = 0;

testStorageContract("sftp without OpenSSH's extensions", async () => {
  made += 1;
  const storage = storageAt(plain, join(plain.folder, `place-${made}`));
  return { storage, [Symbol.asyncDispose]: () => storage.close() };
});

it("has restic's layout and modes, and a relative path starts where the server puts the user", async () => {
  await using folder = await tempFolder("sftp-layout");
  // -d: where internal-sftp begins.
  await using server = await startSshServer({ settings: [`Subsystem sftp internal-sftp -d ${folder.path}`] });
  await using storage = storageAt(server, "deep/er/repo");
  await storage.create();
  const root = join(folder.path, "deep/er/repo");
  const file = fileOf("data", "pack");
  await storage.save(file, new Uint8Array(10));
  assert.deepEqual((await readdir(root)).sort(), ["data", "index", "keys", "locks", "snapshots"]);
  assert.equal((await readdir(join(root, "data"))).length, 256);
  assert.equal((await stat(root)).mode & 0o777, 0o700);
  assert.equal((await stat(join(root, "data", file.name.slice(0, 2), file.name))).mode & 0o777, 0o400);
});

it("temporary files of runs that died: not listed, and removed with the next save once they are old", async () => {
  await using storage = storageAt(plain, join(plain.folder, "left"));
  await storage.create();
  const name = (seed: string): string => `${fileOf("data", "x").name}-tmp-${seed}`;
  const folder = join(plain.folder, "left", "data", fileOf("data", "x").name.slice(0, 2));
  for (const seed of ["0123abcd", "4567abcd"]) await writeFile(join(folder, name(seed)), "half");
  const old = Date.now() / 1000 - 3 * 24 * 3600;
  await utimes(join(folder, name("0123abcd")), old, old);
  assert.deepEqual(await Array.fromAsync(storage.list("data")), []);
  assert.equal((await readdir(folder)).length, 2, "a listing alone removes nothing");
  await storage.save(fileOf("snapshots", "s"), new Uint8Array(3));
  assert.deepEqual(await readdir(folder), [name("4567abcd")]);
});

it("a server that lets nothing be written says so, and is read as it is", async () => {
  await using server = await startSshServer({ settings: ["Subsystem sftp internal-sftp -R"] });
  const path = join(server.folder, "repo");
  const key = fileOf("keys", "k");
  await mkdir(join(path, "keys"), { recursive: true });
  await writeFile(join(path, "keys", key.name), "key");
  await using storage = storageAt(server, path);
  assert.equal(Buffer.from(await storage.load(key)).toString(), "key");
  for (const refused of [storage.save(fileOf("data", "d"), new Uint8Array(3)), storage.remove(key)]) {
    await assert.rejects(refused, (e) => isObhutError(e, "STORAGE_DENIED"));
  }
});

it("a disk that is full is STORAGE_FULL, and leaves no part of the file", async () => {
  await using server = await startSshServer();
  const path = join(server.folder, "small");
  await mkdir(path);
  await using _disk = smallDisk(path, { sizeMiB: 4 });
  await using storage = storageAt(server, join(path, "repo"));
  await storage.create();
  const big = fileOf("data", "big");
  await assert.rejects(storage.save(big, new Uint8Array(8 * 1024 * 1024)), (e) => isObhutError(e, "STORAGE_FULL"));
  assert.deepEqual(await readdir(join(path, "repo", "data", big.name.slice(0, 2))), []);
  await storage.save(fileOf("data", "small"), new Uint8Array(1024));
});

describe("a user who is kept in one folder", () => {
  it("can do all of it, where the server puts users into a folder of their own", async () => {
    await using folder = await tempFolder("sftp-jail");
    if (process.getuid?.() !== 0) return await jailNeedsRoot(folder.path);
    // sshd insists that root owns the whole way to the jail, and that nobody else may write there.
    await using jail = { path: `/opt/obhut-jail-${process.pid}`, [Symbol.asyncDispose]: () => removeJail() };
    const removeJail = async (): Promise<void> => {
      const { rm } = await import("node:fs/promises");
      await rm(jail.path, { recursive: true, force: true });
    };
    await mkdir(join(jail.path, "home"), { recursive: true });
    await chown(jail.path, 0, 0);
    await chmod(jail.path, 0o755);
    await using server = await startSshServer({
      settings: ["ForceCommand internal-sftp", `ChrootDirectory ${jail.path}`, "Subsystem sftp internal-sftp"],
    });
    await using storage = storageAt(server, "/home/repo");
    await storage.create();
    const file = fileOf("data", "jailed");
    await storage.save(file, new Uint8Array(100_000).fill(7));
    assert.equal((await storage.load(file)).length, 100_000);
    assert.equal((await stat(join(jail.path, "home/repo/data", file.name.slice(0, 2), file.name))).size, 100_000);
  });
});

/** Nobody but root may start a server that locks users in: without it, sshd must refuse the setting, so the claim above stays one. */
async function jailNeedsRoot(path: string): Promise<void> {
  await using server = await startSshServer({ settings: ["ForceCommand internal-sftp", `ChrootDirectory ${path}`] });
  await using storage = storageAt(server, "/repo");
  await assert.rejects(storage.create(), (e) => isObhutError(e));
}
