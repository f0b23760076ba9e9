/** An instance with an encrypted database (SQLCipher): captured cold, restored to the very state it was in. */
import assert from "node:assert/strict";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { factsOfFolder } from "../capture-sqlite/scene.ts";
import { type EncryptedScene, encryptedScene, findingsOf, passphrase, rowsIn } from "./encrypted-scene.ts";

async function databaseFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith("webui.db")).sort();
}

async function manifestOf(scene: EncryptedScene): Promise<Record<string, unknown>> {
  const { text } = await scene.run(["dump", "latest", "/open-webui/manifest.json", "--from", scene.repository]);
  return JSON.parse(text) as Record<string, unknown>;
}

const states = [
  { mode: "delete", end: "close", how: "quiet", restored: ["webui.db"] },
  { mode: "delete", end: "kill", how: "journal-kept", restored: ["webui.db", "webui.db-journal"] },
  { mode: "wal", end: "kill", how: "wal-replay", restored: ["webui.db"] },
  { mode: "exclusive", end: "kill", how: "wal-replay", restored: ["webui.db"] },
] as const;

for (const { mode, end, how, restored } of states) {
  test(`journal_mode ${mode}, ${end}: captured cold as ${how}, and SQLCipher finds every row after a restore`, async () => {
    await using scene = await encryptedScene(mode, end);
    const before = factsOfFolder(scene.dataDir);
    const rows = await rowsIn(scene.dataDir);
    assert.deepEqual([rows.damage, rows.sound], [[], [["ok"]]]);
    assert.equal(rows.tables["chat"]?.[0], 800);
    if (mode !== "delete") assert.equal(rows.tables["note"]?.[0], 1);

    const { code, json, text, stderr } = await scene.backUp("--cold");
    assert.equal(code, 0, `${stderr}${text}`);
    assert.deepEqual(findingsOf(json), ["DATABASE_OPAQUE"]);
    assert.equal(json.at(-1)?.["mode"], "cold");
    assert.deepEqual(factsOfFolder(scene.dataDir), before);
    const manifest = await manifestOf(scene);
    const [database] = manifest["databases"] as Record<string, unknown>[];
    assert.deepEqual(
      { ...database, sizeBytes: 0, heldMs: 0 },
      { path: "webui.db", how, encrypted: true, sizeBytes: 0, heldMs: 0, tries: 1 },
    );
    assert.deepEqual([manifest["mode"], manifest["counts"], manifest["schema"]], ["cold", {}, undefined]);

    const target = path.join(scene.root, "restored");
    const back = await scene.run(["restore", "latest", "--from", scene.repository, "--target", target, "--json"]);
    assert.equal(back.code, 0, back.stderr);
    assert.deepEqual(findingsOf(back.json), ["DATABASE_OPAQUE"]);
    assert.deepEqual(await databaseFiles(target), restored);
    if (how !== "wal-replay") {
      for (const name of restored) {
        assert.deepEqual(await readFile(path.join(target, name)), await readFile(path.join(scene.dataDir, name)), name);
      }
    }
    assert.deepEqual(await rowsIn(target), rows);
    const checked = await scene.run(["check", "--read-data", "--from", scene.repository, "--json"]);
    assert.deepEqual([checked.code, findingsOf(checked.json)], [0, []]);
  });
}

test("the password goes into the snapshot where it is seen, and is missed where it is not", async () => {
  await using scene = await encryptedScene("delete", "close");
  await scene.backUp("--cold");
  const from = ["--from", scene.repository];
  const secret = await scene.run(["dump", "latest", "/open-webui/secrets/DATABASE_PASSWORD", ...from]);
  assert.equal(secret.text, passphrase);
  await writeFile(scene.envFile, "WEBUI_SECRET_KEY=secret\n");
  const { code, json } = await scene.backUp("--cold");
  assert.equal(code, 0);
  assert.deepEqual(findingsOf(json), ["DATABASE_OPAQUE", "DATABASE_PASSWORD_NOT_SEEN"]);
});

test("a running app: refused cold with its process named, refused live with the way out named; no snapshot is made", async () => {
  await using scene = await encryptedScene("wal", "stay");
  const cold = await scene.backUp("--cold");
  assert.equal(cold.code, 1);
  const error = cold.json.find(({ type }) => type === "exit_error");
  assert.equal(error?.["code"], "SOURCE_IN_USE", cold.text);
  assert.match(String(error?.["message"]), new RegExp(`pid ${scene.pid} `));
  const live = await scene.run(["backup", "--data", scene.dataDir, "--to", scene.repository]);
  assert.equal(live.code, 1);
  assert.match(live.stderr, /encrypted \(SQLCipher\).*\n?.*--cold/);
  const { json } = await scene.run(["snapshots", "--from", scene.repository, "--json"]);
  assert.equal(json.filter(({ type }) => type === "snapshot").length, 0);
  const both = await scene.backUp("--cold", "--force-live");
  assert.match(both.text, /"reason":.*--cold/);
});

test("inspect says that it is encrypted, running or not, and leaves nothing there", async () => {
  for (const end of ["stay", "close"] as const) {
    await using scene = await encryptedScene("wal", end);
    const before = factsOfFolder(scene.dataDir);
    const sizes = before as Record<string, { readonly size: bigint }>;
    const { code, json, stderr } = await scene.run(["inspect", scene.dataDir, "--json"]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(json.at(-1)?.["database"], { how: "encrypted", sizeBytes: Number(sizes["webui.db"]?.size) });
    assert.ok(findingsOf(json).includes("DATABASE_OPAQUE"));
    const text = await scene.run(["inspect", scene.dataDir, "--lang", "de"]);
    assert.match(text.text, /webui\.db: +verschlüsselt\n/);
    assert.deepEqual(factsOfFolder(scene.dataDir), before);
  }
});

test("what cannot be done with it is said: rows for another path, a comparison", async () => {
  await using scene = await encryptedScene("delete", "kill");
  await scene.backUp("--cold");
  await writeFile(path.join(scene.dataDir, "uploads/new.txt"), "new");
  // As after a start of the app that rolled the journal back.
  await writeFile(path.join(scene.dataDir, "webui.db-journal"), "");
  await scene.backUp("--cold");
  const from = ["--from", scene.repository];
  const target = path.join(scene.root, "restored");
  const elsewhere = ["--target", target, "--data-path", "/app/backend/data", "--json"];
  const restored = await scene.run(["restore", "latest", ...from, ...elsewhere]);
  assert.equal(restored.code, 3);
  assert.deepEqual(findingsOf(restored.json), ["DATABASE_OPAQUE", "DATA_PATH_NOT_WRITTEN"]);
  const { json } = await scene.run(["snapshots", ...from, "--json"]);
  const [older = "", newer = ""] = json.filter(({ type }) => type === "snapshot").map(({ id }) => String(id));
  const diff = await scene.run(["diff", older, newer, ...from]);
  assert.equal(diff.code, 0, diff.stderr);
  assert.match(diff.text, /encrypted: only files are compared/);
  assert.match(diff.text, /\+ +\/open-webui\/data\/uploads\/new\.txt/);
});

test("a mirror's brake takes rows that nobody can count for no loss", async () => {
  await using scene = await encryptedScene("delete", "close");
  const [database, aside] = [path.join(scene.dataDir, "webui.db"), path.join(scene.root, "encrypted.db")];
  await rename(database, aside);
  {
    using plain = new DatabaseSync(database);
    plain.exec('CREATE TABLE "user" (id TEXT); CREATE TABLE chat (id TEXT)');
    for (let number = 0; number < 200; number++) plain.exec(`INSERT INTO chat VALUES ('${number}')`);
  }
  const place = `mirror:${scene.root}/mirror`;
  await scene.run(["init", "--to", place]);
  const to = ["--data", scene.dataDir, "--to", place, "--json"];
  const before = await scene.run(["backup", ...to]);
  const counts = before.json.at(-1)?.["counts"] as Record<string, number> | undefined;
  assert.equal(counts?.["chat"], 200);
  await rename(aside, database);
  const { code, text } = await scene.run(["backup", ...to, "--cold"]);
  assert.equal(code, 0, text);
  assert.deepEqual(await readFile(path.join(scene.root, "mirror/webui.db")), await readFile(database));
});

test("a dated copy holds it with its journal, and is restored so", async () => {
  await using scene = await encryptedScene("delete", "kill");
  const rows = await rowsIn(scene.dataDir);
  const place = `dated:${scene.root}/copies`;
  await scene.run(["init", "--to", place]);
  const { code, json, stderr } = await scene.backUp("--cold", "--to", place);
  assert.equal(code, 0, stderr);
  assert.deepEqual(findingsOf(json).sort(), ["COPY_READABLE", "DATABASE_OPAQUE"]);
  const target = path.join(scene.root, "restored");
  const restored = await scene.run(["restore", "latest", "--from", place, "--target", target, "--json"]);
  assert.equal(restored.code, 0, restored.stderr);
  assert.deepEqual(await databaseFiles(target), ["webui.db", "webui.db-journal"]);
  assert.deepEqual(await rowsIn(target), rows);
  const checked = await scene.run(["check", "--read-data", "--from", place]);
  assert.equal(checked.code, 0, checked.stderr);
});
