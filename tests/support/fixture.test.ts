import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { fixtureFacts, unpackFixture } from "./fixture.ts";

function counts(database: string, tables: readonly string[]): Record<string, unknown> {
  using db = new DatabaseSync(database);
  return Object.fromEntries(
    tables.map((table) => [table, db.prepare(`SELECT count(*) AS n FROM "${table}"`).get()?.["n"]]),
  );
}

test("the fixture holds the rows it is said to hold, some of them in its -wal alone", async () => {
  let left: string;
  {
    await using fixture = await unpackFixture();
    left = fixture.dataDir;
    const tables = Object.keys(fixtureFacts.rows);
    assert.ok((await readdir(fixture.dataDir)).includes("webui.db-wal"));
    assert.deepEqual(counts(path.join(fixture.dataDir, "webui.db"), tables), fixtureFacts.rows);
    const chroma = path.join(fixture.dataDir, "vector_db/chroma.sqlite3");
    assert.deepEqual(counts(chroma, ["collections", "embeddings"]), {
      collections: fixtureFacts.collections,
      embeddings: fixtureFacts.embeddings,
    });
  }
  assert.equal(existsSync(left), false);
});

test("a copy of the fixture's webui.db without its -wal has lost rows", async () => {
  await using fixture = await unpackFixture();
  for (const suffix of ["-wal", "-shm"]) await rm(path.join(fixture.dataDir, `webui.db${suffix}`));
  const tables = Object.keys(fixtureFacts.rowsWithoutWal);
  assert.deepEqual(counts(path.join(fixture.dataDir, "webui.db"), tables), fixtureFacts.rowsWithoutWal);
});
