/** A disk that gets full behind a server: SFTP has no word for it. It is said, and nothing of what did not fit looks whole. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { it } from "node:test";
import { obhut } from "../cli/run-obhut.ts";
import { smallDisk } from "../crash/small-disk.ts";
import { startSshServer } from "../support/ssh-server.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** Each file that is named as an id has the content that its name says; nothing else lies there. */
async function assertAllWhole(repository: string): Promise<void> {
  for (const entry of await readdir(repository, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || entry.name === "config") continue;
    const bytes = await readFile(path.join(entry.parentPath, entry.name));
    assert.equal(createHash("sha256").update(bytes).digest("hex"), entry.name);
  }
}

async function fillsUp(to: (folder: string) => readonly string[]): Promise<void> {
  await using disk = smallDisk(await mkdtemp(path.join(tmpdir(), "obhut-distant-full-")), { sizeMiB: 64 });
  await using data = await tempFolder("distant-full-data");
  const { DatabaseSync } = await import("node:sqlite");
  using database = new DatabaseSync(path.join(data.path, "webui.db"));
  database.exec("CREATE TABLE chat (id TEXT, body BLOB)");
  const insert = database.prepare("INSERT INTO chat VALUES (?, ?)");
  for (let i = 0; i < 100; i++) insert.run(String(i), randomBytes(1024 * 1024));
  database.close();
  const repository = path.join(disk.path, "repository");
  const env = { RESTIC_PASSWORD: "p" };
  const made = await obhut(["init", ...to(repository)], { env });
  assert.equal(made.code, 0, made.stderr);
  const begun = Date.now();
  const run = await obhut(["backup", "--data", data.path, "--json", ...to(repository)], { env });
  assert.equal(run.code, 1, run.text);
  const error = run.json.find((line) => line["code"] !== undefined && String(line["code"]).startsWith("STORAGE"));
  assert.equal(error?.["code"], "STORAGE_FULL", run.text + run.stderr);
  assert.ok(Date.now() - begun < 120_000, "a full disk is not tried for a quarter of an hour");
  await assertAllWhole(repository);
  assert.deepEqual(await readdir(path.join(repository, "snapshots")), []);
}

it("over SFTP", async () => {
  await using ssh = await startSshServer();
  await fillsUp((folder) => ["-r", `sftp:server:${folder}`, "-o", `sftp.args=${ssh.args.join(" ")}`]);
});
