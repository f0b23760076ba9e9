/** The databases of a real Open WebUI that crashed: its -wal holds rows that webui.db alone does not have. */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { bytePath } from "../../src/base/byte-path.ts";
import { systemClock } from "../../src/base/clock.ts";
import { captureDatabase } from "../../src/host/sqlite/capture-database.ts";
import { fixtureFacts, unpackFixture } from "../support/fixture.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { factsOfFolder } from "./scene.ts";

function counts(file: string, tables: readonly string[]): Record<string, unknown> {
  using database = new DatabaseSync(file);
  const one = (table: string) => database.prepare(`SELECT count(*) AS n FROM "${table}"`).get()?.["n"];
  return Object.fromEntries(tables.map((table) => [table, one(table)]));
}

test("every row of the -wal is in the capture, and nothing of the source is touched", async () => {
  await using fixture = await unpackFixture();
  await using folder = await tempFolder("fixture-capture");
  const tables = Object.keys(fixtureFacts.rows);
  const source = path.join(fixture.dataDir, "webui.db");
  const options = { scratchDir: bytePath(folder.path), clock: systemClock };
  const before = factsOfFolder(path.join(fixture.dataDir, "vector_db"));
  const beforeData = factsOfFolder(fixture.dataDir);

  await using captured = await captureDatabase(bytePath(source), options);
  const copy = path.join(folder.path, "webui.db");
  await captured.copyTo(bytePath(copy));
  const asked = await captured.query(`SELECT count(*) AS n FROM "file"`);
  await captured.release();
  assert.equal(captured.how, "wal-replay");
  assert.deepEqual(asked, [{ n: fixtureFacts.rows.file }]);
  assert.deepEqual(counts(copy, tables), fixtureFacts.rows);

  const chroma = path.join(fixture.dataDir, "vector_db", "chroma.sqlite3");
  await using vectors = await captureDatabase(bytePath(chroma), options);
  assert.deepEqual(await vectors.query("SELECT count(*) AS n FROM collections"), [{ n: fixtureFacts.collections }]);
  assert.deepEqual(await vectors.query("SELECT count(*) AS n FROM embeddings"), [{ n: fixtureFacts.embeddings }]);
  await vectors.release();

  assert.deepEqual(factsOfFolder(fixture.dataDir), beforeData);
  assert.deepEqual(factsOfFolder(path.join(fixture.dataDir, "vector_db")), before);

  // What a copy of webui.db alone would have: the very comparison above must tell it apart.
  const naive = path.join(folder.path, "naive.db");
  copyFileSync(source, naive);
  assert.deepEqual(counts(naive, tables), fixtureFacts.rowsWithoutWal);
});
