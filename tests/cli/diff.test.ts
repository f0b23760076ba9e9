/** `obhut diff` and `obhut find`, on the data directory of a real Open WebUI in which people did this and that. */
import assert from "node:assert/strict";
import { chmod, cp, open, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { bytePath } from "../../src/base/byte-path.ts";
import type { SnapshotId } from "../../src/base/ids.ts";
import { loadIndex } from "../../src/repository/load-index.ts";
import { openRepository } from "../../src/repository/open-repository.ts";
import { loadSnapshot } from "../../src/repository/snapshots.ts";
import { findNode } from "../../src/repository/walk-tree.ts";
import { localStorage } from "../../src/storage/local/local-storage.ts";
import { testActor } from "../support/actor.ts";
import { makeRepository } from "../support/cheap-keys.ts";
import { type UnpackedFixture, unpackFixture } from "../support/fixture.ts";
import { newestRestic, testPassword } from "../support/restic.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";
import { type JsonLine, type ObhutRun, obhut } from "./run-obhut.ts";

let fixture: UnpackedFixture;
let folder: TempFolder;
const secret = "sk-that-nobody-may-see";
const chats = { renamed: "", deleted: "", talked: "", fresh: "00000000-0000-4000-8000-000000000001" };

before(async () => {
  fixture = await unpackFixture();
  folder = await tempFolder("cli-diff");
  await makeRepository(path.join(folder.path, "repository"), testPassword);
  assert.equal((await run("backup", "--data", fixture.dataDir)).code, 0);
  changeDatabase(path.join(fixture.dataDir, "webui.db"));
  await writeFile(path.join(fixture.dataDir, "uploads/0001_Rechnung.pdf"), "ten bytes!");
  assert.equal((await run("backup", "--data", fixture.dataDir)).code, 0);
});

after(async () => {
  await fixture[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function run(...words: string[]): Promise<ObhutRun> {
  const repository = path.join(folder.path, "repository");
  const scratch = folder.path;
  const env = {
    OBHUT_PASSWORD: testPassword,
    OBHUT_REPOSITORY: repository,
    OBHUT_INSTANCE: "i",
    OBHUT_SCRATCH: scratch,
  };
  return await obhut(words, { env });
}

function changeDatabase(file: string): void {
  using db = new DatabaseSync(file);
  const ids = db
    .prepare("SELECT id FROM chat ORDER BY id LIMIT 3")
    .all()
    .map((row) => String(row["id"]));
  [chats.renamed = "", chats.deleted = "", chats.talked = ""] = ids;
  db.prepare("UPDATE chat SET title = 'Another name', updated_at = 1900000000 WHERE id = ?").run(chats.renamed);
  db.prepare("DELETE FROM chat_message WHERE chat_id = ?").run(chats.deleted);
  db.prepare("DELETE FROM chat WHERE id = ?").run(chats.deleted);
  const say = db.prepare("INSERT INTO chat_message (id, chat_id, role, content) VALUES (?, ?, 'user', '\"hello\"')");
  say.run("m1", chats.talked);
  say.run("m2", chats.talked);
  db.prepare(
    "INSERT INTO chat (id, user_id, title, created_at, updated_at) SELECT ?, id, 'Bell \x07', 1800000000, 1800000000 FROM user WHERE email = 'ada@example.org'",
  ).run(chats.fresh);
  db.prepare("UPDATE user SET last_active_at = 1").run();
  db.prepare(
    "INSERT INTO user (id, name, email, created_at) VALUES ('u4', 'Dana', 'dana@example.org', 1800000000)",
  ).run();
  db.prepare("UPDATE config SET value = '7' WHERE key = 'rag.top_k'").run();
  db.prepare("UPDATE config SET value = ? WHERE key = 'openai.api_keys'").run(JSON.stringify([secret]));
  db.prepare("DELETE FROM config WHERE key = 'ollama.enable'").run();
}

async function ids(): Promise<readonly [string, string]> {
  const found = (await run("snapshots", "--json")).json.filter(({ type }) => type === "snapshot");
  return [String(found[0]?.["id"]), String(found[1]?.["id"])];
}

function ofType(lines: readonly JsonLine[], type: string): object[] {
  return lines.filter((line) => line.type === type).map(({ type: _, ...line }) => line);
}

test("it says what people did, exactly", async () => {
  const { code, json, text, stderr } = await run("diff", ...(await ids()), "--json");
  assert.equal(code, 0, stderr);
  const changedKinds = json.filter(
    (line) => line.type === "kind" && (line["added"] || line["changed"] || line["deleted"]),
  );
  assert.deepEqual(ofType(changedKinds, "kind"), [
    { kind: "chats", before: 36, after: 36, added: 1, changed: 2, deleted: 1 },
    { kind: "users", before: 3, after: 4, added: 1, changed: 0, deleted: 0 },
  ]);
  const rows = json.filter(({ type }) => type === "row");
  assert.deepEqual(
    rows.map(({ kind, state, id, partsAdded }) => [kind, state, id, partsAdded]),
    [
      ["chats", "added", chats.fresh, undefined],
      ["chats", "changed", chats.renamed, undefined],
      ["chats", "changed", chats.talked, 2],
      ["chats", "deleted", chats.deleted, undefined],
      ["users", "added", "u4", undefined],
    ],
  );
  const fresh = rows.find(({ id }) => id === chats.fresh);
  assert.deepEqual(
    [fresh?.["title"], fresh?.["owner"], fresh?.["created"]],
    ["Bell \x07", "Ada Admin", "2027-01-15T08:00:00.000Z"],
  );
  const renamed = rows.find(({ id }) => id === chats.renamed);
  assert.equal(renamed?.["title"], "Another name");
  assert.ok(String(renamed?.["titleBefore"]).startsWith("Chat "));
  assert.ok(Number(rows.find(({ id }) => id === chats.deleted)?.["partsDeleted"]) > 0);
  assert.deepEqual(ofType(json, "setting"), [
    { key: "ollama.enable", state: "deleted", before: "false" },
    { key: "openai.api_keys", state: "changed" },
    { key: "rag.top_k", state: "changed", before: "3", after: "7" },
  ]);
  assert.ok(!text.includes(secret));
  const changes = json.filter(({ type }) => type === "change").map((line) => [line["path"], line["change"]]);
  assert.deepEqual(changes, [
    ["/open-webui/data/uploads/0001_Rechnung.pdf", "+"],
    ["/open-webui/data/webui.db", "M"],
    ["/open-webui/manifest.json", "M"],
  ]);
  const documented = await readFile(path.resolve(import.meta.dirname, "../../docs/json.md"), "utf8");
  for (const field of new Set(json.flatMap((line) => Object.keys(line)))) {
    assert.match(documented, new RegExp(`[\`"]${field}[\`"]`), field);
  }
  const summary = json.at(-1);
  assert.equal(summary?.["database"], "compared");
  assert.match(JSON.stringify(summary?.["added"]), /"files":1,/);
});

test("for people: in their language, without control characters, without secrets", async () => {
  const [older, newer] = await ids();
  const { text } = await run("diff", older, newer, "--lang", "de");
  assert.match(text, /^Chats: vorher 36, jetzt 36; 1 neu, 2 geändert, 1 gelöscht$/m);
  assert.match(text, /^ {2}\+ {2}\S+ \S+ {2}Bell \\x07 \(Ada Admin\)$/m);
  assert.match(text, /Nachrichten \+2$/m);
  assert.match(text, /^ {2}~ {2}rag\.top_k: 3 → 7$/m);
  assert.match(text, /^ {2}~ {2}openai\.api_keys$/m);
  assert.match(text, /^Unverändert: .*Wissensbasen/m);
  assert.match(text, /^Dateien: +1 neu, 0 entfernt, 2 geändert$/m);
  assert.ok(!text.includes(secret));
});

test("the same snapshot twice: nothing is read, nothing has changed", async () => {
  const [older] = await ids();
  const { code, json } = await run("diff", older, older, "--json");
  assert.equal(code, 0);
  assert.deepEqual(
    json.map(({ type }) => type),
    ["summary"],
  );
  assert.equal(json[0]?.["database"], "unchanged");
});

test("an upload is found by the name that its owner gave it, in the snapshots that have it", async () => {
  const [, newer] = await ids();
  const { json } = await run("find", "*rechnung*.pdf", "--ignore-case", "--json");
  const found = json.filter(({ type }) => type === "match").map(({ snapshot, path: name }) => [snapshot, name]);
  assert.deepEqual(found, [[newer, "/open-webui/data/uploads/0001_Rechnung.pdf"]]);
  const none = await run("find", "*rechnung*.pdf");
  assert.deepEqual([none.code, none.text], [0, "Nothing found in 2 snapshots.\n"]);
  for (const words of [
    ["[a"],
    ["--blob", "xyz"],
    ["--blob", "--pack", "abcd"],
    ["--oldest", "soon", "a"],
    ["--oldest", "2026-02-01", "--newest", "2026-01-01", "a"],
  ]) {
    assert.equal((await run("find", ...words, "--json")).json.at(-1)?.["code"], "USAGE", words.join(" "));
  }
});

test("a path asks for its files alone; one that is not there is an error", async () => {
  const [older, newer] = await ids();
  const { text } = await run("diff", older, newer, "/open-webui/data/uploads");
  assert.match(text, /^\+ {4}\/open-webui\/data\/uploads\/0001_Rechnung\.pdf {2}\(10 B\)$/m);
  assert.ok(!text.includes("Chats") && !text.includes("webui.db"));
  const missing = await run("diff", older, newer, "/nowhere", "--json");
  assert.equal(missing.json.at(-1)?.["code"], "PATH_NOT_IN_SNAPSHOT");
});

test("a database that cannot be had is told, and the files are compared nevertheless", async () => {
  const [older, newer] = await ids();
  const damaged = path.join(folder.path, "damaged");
  await cp(path.join(folder.path, "repository"), damaged, { recursive: true });
  await damageDatabase(damaged, newer);
  const { code, json } = await run("diff", "-r", damaged, older, newer, "--json");
  assert.equal(code, 3);
  assert.deepEqual(
    json.flatMap((line) => (line.type === "finding" ? [line["code"]] : [])),
    ["DATABASES_NOT_COMPARED"],
  );
  assert.equal(json.at(-1)?.["database"], "failed");
  assert.ok(json.some((line) => line["path"] === "/open-webui/data/uploads/0001_Rechnung.pdf"));
});

/** One byte of a piece that only the newer snapshot's database has. */
async function damageDatabase(repository: string, newer: string): Promise<void> {
  const repo = await loadIndex(await openRepository(localStorage(repository), testPassword, testActor()));
  const { tree } = await loadSnapshot(repo, newer as SnapshotId);
  const node = await findNode(repo, tree, bytePath("/open-webui/data/webui.db"));
  const piece = repo.index.lookupAt("data", node?.content ?? assert.fail(), 0) ?? assert.fail();
  const pack = path.join(repository, "data", piece.pack.slice(0, 2), piece.pack);
  await chmod(pack, 0o600);
  await using file = await open(pack, "r+");
  await file.write(Buffer.from([1, 2, 3, 4]), 0, 4, piece.offset + 20);
}

test("of a snapshot that restic made only files are compared, and that is said", async () => {
  const [, newer] = await ids();
  await newestRestic.run(
    path.join(folder.path, "repository"),
    "backup",
    "--host",
    "i",
    path.join(fixture.dataDir, "uploads"),
  );
  const { code, text } = await run("diff", newer, "latest");
  assert.equal(code, 0);
  assert.match(text, /only files are compared/);
  await rm(path.join(fixture.dataDir, "uploads/0001_Rechnung.pdf"));
});
