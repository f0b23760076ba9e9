import assert from "node:assert/strict";
import { rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fixtureFacts, unpackFixture } from "../../tests/support/fixture.ts";
import { tempFolder } from "../../tests/support/temp-folder.ts";
import { systemClock } from "../base/clock.ts";
import { isObhutError } from "../base/errors.ts";
import { inspectInstance } from "./inspect-instance.ts";

test("a crashed instance is looked at: parts, sizes, meanings, counts", async () => {
  await using fixture = await unpackFixture();
  await using work = await tempFolder("inspect");
  const look = () => inspectInstance({ dataDir: fixture.dataDir, clock: systemClock, scratchParent: work.path });
  const found = await look();
  for (const [table, rows] of Object.entries(fixtureFacts.rows)) {
    assert.equal((found.counts as Record<string, number>)[table], rows, table);
  }
  assert.equal(found.vectors?.collections, fixtureFacts.collections);
  assert.equal(found.vectors?.embeddings, fixtureFacts.embeddings);
  assert.equal(found.database.how, "wal-replay");
  const items = new Map(found.items.map((item) => [String(item.path), item]));
  assert.deepEqual(
    [...items].map(([path, { part, meaning, leftOut, files }]) => [path, part, meaning, leftOut, files]).sort(),
    [
      ["audit.log", "rest", "audit", "audit", 1],
      ["cache/embedding", "rest", "cacheRebuilt", "cache", 1],
      ["uploads", "uploads", "uploads", undefined, 17],
      ["vector_db", "vectors", "vectors", undefined, 74],
      ["webui.db", "database", "database", undefined, 3],
    ],
  );
  await rename(join(fixture.dataDir, "uploads"), join(work.path, "large"));
  await symlink(join(work.path, "large"), join(fixture.dataDir, "uploads"));
  const moved = (await look()).items.find(({ part }) => part === "uploads");
  assert.deepEqual(moved, items.get("uploads"));
});

test("a damaged vector store is a finding, a missing webui.db an error", async () => {
  await using fixture = await unpackFixture();
  await using work = await tempFolder("inspect");
  const look = () => inspectInstance({ dataDir: fixture.dataDir, clock: systemClock, scratchParent: work.path });
  await writeFile(join(fixture.dataDir, "vector_db/chroma.sqlite3"), "nothing that SQLite knows");
  const found = await look();
  assert.equal(found.vectors, undefined);
  assert.ok(found.findings.some(({ code }) => code === "VECTORS_UNKNOWN"));
  await rm(join(fixture.dataDir, "webui.db"));
  await assert.rejects(look(), (error) => isObhutError(error, "DATABASE_MISSING"));
});
