import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { fixtureFacts, type UnpackedFixture, unpackFixture } from "../../tests/support/fixture.ts";
import { bytePath } from "../base/byte-path.ts";
import { compareUploads, placeOf, readFileRows } from "./file-rows.ts";
import { rewritePaths } from "./rewrite-paths.ts";

let fixture: UnpackedFixture;
let database: string;
before(async () => {
  fixture = await unpackFixture();
  database = join(fixture.dataDir, "webui.db");
});
after(() => fixture[Symbol.asyncDispose]());

test("rows point to where the data is now, and nowhere else changes", async () => {
  {
    using db = new DatabaseSync(database);
    db.exec(
      `INSERT INTO "file" (id, filename, path) VALUES ('remote', 'r', 's3://bucket/uploads/r'), ('note', 'n', NULL)`,
    );
  }
  assert.deepEqual(rewritePaths({ database, dataPath: "/srv/ümlaut/data/" }), { changed: 17, same: 0, left: 2 });
  assert.deepEqual(rewritePaths({ database, dataPath: "/srv/ümlaut/data" }), { changed: 0, same: 17, left: 2 });
  assert.deepEqual(
    (await readdir(fixture.dataDir)).filter((name) => name.startsWith("webui.db-")),
    [],
  );
  using db = new DatabaseSync(database, { readOnly: true });
  const paths = db
    .prepare(`SELECT path FROM "file" WHERE path LIKE '/%'`)
    .all()
    .map((row) => String(row["path"]));
  assert.ok(paths.every((path) => path.startsWith("/srv/ümlaut/data/uploads/")));
  assert.equal(db.prepare(`SELECT path FROM "file" WHERE id = 'remote'`).get()?.["path"], "s3://bucket/uploads/r");
  assert.equal(db.prepare("SELECT count(*) AS n FROM chat").get()?.["n"], fixtureFacts.rows.chat);
});

test("a database without such rows is left alone", () => {
  const empty = join(fixture.dataDir, "empty.db");
  {
    using db = new DatabaseSync(empty);
    db.exec("CREATE TABLE t (x)");
  }
  assert.deepEqual(rewritePaths({ database: empty, dataPath: "/data" }), { changed: 0, same: 0, left: 0 });
});

test("paths of rows are read for what they are", () => {
  assert.deepEqual(placeOf("/app/backend/data/uploads/a b_ü.txt"), {
    kind: "upload",
    path: bytePath("uploads/a b_ü.txt"),
  });
  assert.deepEqual(placeOf("gs://bucket/x"), { kind: "remote", scheme: "gs" });
  assert.deepEqual(placeOf("https://account.blob.core.windows.net/c/x"), { kind: "remote", scheme: "https" });
  for (const none of [undefined, "", "/elsewhere/x.txt"]) assert.deepEqual(placeOf(none), { kind: "none" });
});

test("rows and files are compared both ways", async () => {
  using db = new DatabaseSync(database, { readOnly: true });
  const rows = await readFileRows(async (sql) => db.prepare(sql).all());
  const uploads = new Set((await readdir(join(fixture.dataDir, "uploads"))).map((name) => bytePath(`uploads/${name}`)));
  const [first] = uploads;
  assert.ok(first !== undefined);
  uploads.delete(first);
  uploads.add(bytePath("uploads/stray.txt"));
  uploads.add(bytePath("uploads/.gitkeep"));
  const local = rows.filter(({ place }) => place.kind !== "remote");
  const { missing, orphans } = compareUploads(local, uploads);
  assert.equal(missing.length, 1);
  assert.deepEqual(orphans, ["uploads/stray.txt"]);
});
