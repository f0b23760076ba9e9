/**
 * Makes assets/sample-instance.zst from an unpacked copy of the fixture: the real schema and Chroma's real files, with a few
 * documents and chats. The same input gives the same bytes. Usage: node tests/setup/make-sample.ts COPY_OF_THE_FIXTURE
 *
 * The copy is changed.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { constants, zstdCompressSync } from "node:zlib";
import { encodeBundle } from "../../src/deployment/sample-bundle.ts";

/** Three documents of one knowledge base, none of whose segments has been written out. */
const keptDocuments = ["doc0.txt", "doc6.txt", "doc8.txt"];
const keptKnowledge = "Handbook";
const keptChats = 12;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: make-sample.ts COPY_OF_THE_FIXTURE");

const keptFiles = shrinkApp(join(folder, "webui.db"));
shrinkChroma(join(folder, "vector_db"), keptFiles);
for (const name of readdirSync(join(folder, "uploads"))) {
  if (!keptFiles.some((id) => name.startsWith(id))) rmSync(join(folder, "uploads", name));
}
for (const name of ["audit.log", "webui.db-wal", "webui.db-shm", "cache/embedding", "cache/audio/speech"]) {
  rmSync(join(folder, name), { recursive: true, force: true });
}

const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => statSync(join(folder, name)).isFile())
  .sort()
  .map((path) => ({ path, bytes: readFileSync(join(folder, path)) }));
const assets = new URL("../../assets/", import.meta.url).pathname;
mkdirSync(assets, { recursive: true });
const params = { [constants.ZSTD_c_compressionLevel]: 19 };
writeFileSync(join(assets, "sample-instance.zst"), zstdCompressSync(encodeBundle(files), { params }));

/** Keeps a few chats and documents; returns the ids of the files that stay. */
function shrinkApp(path: string): readonly string[] {
  using database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  const list = keptDocuments.map((name) => `'${name}'`).join(", ");
  database.exec(`
    DELETE FROM file WHERE filename NOT IN (${list});
    DELETE FROM knowledge WHERE name <> '${keptKnowledge}';
    DELETE FROM knowledge_file WHERE knowledge_id NOT IN (SELECT id FROM knowledge) OR file_id NOT IN (SELECT id FROM file);
    DELETE FROM chat WHERE id NOT IN (SELECT id FROM chat ORDER BY length(chat), id LIMIT ${keptChats});
    DELETE FROM chat_message WHERE chat_id NOT IN (SELECT id FROM chat);
    PRAGMA wal_checkpoint(TRUNCATE);
    VACUUM;
    PRAGMA wal_checkpoint(TRUNCATE);
  `);
  return database
    .prepare("SELECT id FROM file ORDER BY id")
    .all()
    .map(({ id }) => String(id));
}

/** Keeps the collections of the files that stay, with their segments, vectors and log. */
function shrinkChroma(folder: string, fileIds: readonly string[]): void {
  using database = new DatabaseSync(join(folder, "chroma.sqlite3"), { enableForeignKeyConstraints: false });
  const ids = fileIds.map((id) => `'${id}'`).join(", ");
  const otherFile = `SELECT id FROM embedding_metadata WHERE key = 'file_id' AND string_value NOT IN (${ids})`;
  database.exec(`
    ATTACH '${join(folder, "../webui.db")}' AS app;
    DELETE FROM collections WHERE name NOT IN (SELECT 'file-' || id FROM app.file)
      AND name NOT IN (SELECT id FROM app.knowledge) AND name <> 'knowledge-bases' AND name NOT LIKE 'user-memory-%';
    DELETE FROM collection_metadata WHERE collection_id NOT IN (SELECT id FROM collections);
    DELETE FROM segments WHERE collection NOT IN (SELECT id FROM collections);
    DELETE FROM max_seq_id WHERE segment_id NOT IN (SELECT id FROM segments);
    DELETE FROM embeddings WHERE segment_id NOT IN (SELECT id FROM segments) OR id IN (${otherFile});
    DELETE FROM embeddings WHERE embedding_id IN (SELECT id FROM app.knowledge) = 0
      AND segment_id IN (SELECT segments.id FROM segments JOIN collections ON collections.id = collection WHERE name = 'knowledge-bases');
    DELETE FROM embedding_metadata WHERE id NOT IN (SELECT id FROM embeddings);
    DELETE FROM embedding_fulltext_search WHERE rowid NOT IN (SELECT id FROM embeddings);
    DELETE FROM embeddings_queue WHERE id NOT IN (SELECT embedding_id FROM embeddings)
      OR NOT EXISTS (SELECT 1 FROM collections WHERE topic LIKE '%' || collections.id);
    INSERT INTO embedding_fulltext_search(embedding_fulltext_search) VALUES ('optimize');
    DETACH app;
    VACUUM;
  `);
  const kept = new Set(
    database
      .prepare("SELECT id FROM segments")
      .all()
      .map(({ id }) => String(id)),
  );
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && !kept.has(entry.name)) rmSync(join(folder, entry.name), { recursive: true });
  }
}
