/** The client's own operations, which plain copies need too, against OpenSSH's server. */
import assert from "node:assert/strict";
import { lstat, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { fileKind } from "../../src/host/sftp/attributes.ts";
import { isStatus } from "../../src/host/sftp/sftp-client.ts";
import { sshCommand } from "../../src/host/sftp/ssh-command.ts";
import { openSshSession, type SshSession } from "../../src/host/sftp/ssh-session.ts";
import { readInto, writeAll } from "../../src/host/sftp/transfer.ts";
import { type SshServer, startSshServer } from "../support/ssh-server.ts";

async function sessionOn(server: SshServer): Promise<SshSession> {
  return await openSshSession(sshCommand({ host: "server" }, { args: server.args }));
}

it("files: written in pieces, read in pieces at any place, synced, given modes and times", async () => {
  await using server = await startSshServer();
  await using session = await sessionOn(server);
  const { client } = session;
  assert.ok(client.offers("fsync") && client.offers("limits") && client.offers("statvfs"));
  assert.ok(client.writeBytes > 32_768, "the server's own limit is made use of");
  const path = join(server.folder, "file");
  const bytes = Buffer.from(Array.from({ length: 1_000_003 }, (_, i) => (i * 7) % 251));
  const handle = await client.open(path, ["write", "create", "exclusive"], { mode: 0o600 });
  await writeAll({ client, handle }, bytes);
  await client.fsync(handle);
  await client.fsetstat(handle, { mode: 0o640, times: { accessedSeconds: 5, modifiedSeconds: 1_000_000_000 } });
  await client.close(handle);
  assert.ok((await readFile(path)).equals(bytes));
  assert.equal((await stat(path)).mode & 0o777, 0o640);
  assert.equal((await stat(path)).mtimeMs, 1_000_000_000_000);
  const reading = await client.open(path, ["read"]);
  const part = Buffer.alloc(700_000);
  assert.equal(await readInto({ client, handle: reading }, 300_000, part), part.length);
  assert.ok(part.equals(bytes.subarray(300_000, 1_000_000)));
  assert.equal(await readInto({ client, handle: reading }, 999_000, part), 1_003, "fewer where the file ends");
  assert.equal(await readInto({ client, handle: reading }, 5_000_000, part), 0);
  await client.close(reading);
});

it("names: folders, links of both kinds, renames that replace and one that never does", async () => {
  await using server = await startSshServer();
  await using session = await sessionOn(server);
  const { client } = session;
  const at = (name: string): string => join(server.folder, "names", name);
  await client.makeFolder(at(""), { mode: 0o750 });
  await writeFile(at("a"), "one");
  await client.hardLink(at("a"), at("b"));
  assert.equal((await stat(at("b"))).ino, (await stat(at("a"))).ino);
  await client.symbolicLink("a", at("link"));
  assert.equal((await client.readLink(at("link"))).toString(), "a");
  assert.equal(fileKind(await client.lstat(at("link"))), "link");
  assert.equal((await client.stat(at("link"))).sizeBytes, 3);
  await writeFile(at("c"), "three");
  await assert.rejects(client.rename(at("c"), at("a")), (e) => isStatus(e, "failure"));
  await client.posixRename(at("c"), at("a"));
  assert.equal(await readFile(at("a"), "utf8"), "three");
  await client.setstat(at("a"), { mode: 0o400 });
  assert.equal((await lstat(at("a"))).mode & 0o777, 0o400);
  await client.makeFolder(at("folder"));
  await client.removeFolder(at("folder"));
  assert.equal((await client.realPath(at("x/../a"))).toString(), at("a"));
  assert.ok((await client.freeSpace(server.folder)).bytes > 0);
  await assert.rejects(client.lstat(at("gone")), (e) => isStatus(e, "noSuchFile"));
});

it("a folder of thousands, with names that are no UTF-8", async () => {
  await using server = await startSshServer();
  await using session = await sessionOn(server);
  const { client } = session;
  const folder = join(server.folder, "many");
  await client.makeFolder(folder);
  const odd = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe])]);
  await client.close(await client.open(odd, ["write", "create"]));
  for (let i = 0; i < 1_500; i += 1) await symlink("nowhere", join(folder, `n${i}`));
  const entries = await Array.fromAsync(client.readFolder(folder));
  assert.equal(entries.length, 1_501);
  assert.ok(entries.some(({ name }) => name.equals(Buffer.from([0xff, 0xfe]))));
});

it("a server that is told to offer nothing offers nothing: the contract without extensions is what it says", async () => {
  await using server = await startSshServer({
    settings: ["Subsystem sftp internal-sftp -P posix-rename,hardlink,fsync,limits,statvfs"],
  });
  await using session = await sessionOn(server);
  for (const extension of ["posixRename", "hardLink", "fsync", "limits", "statvfs"] as const) {
    assert.equal(session.client.offers(extension), false, extension);
  }
});
