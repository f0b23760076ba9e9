import assert from "node:assert/strict";
import { test } from "node:test";
import { uncovered } from "./environment.ts";
import { parts } from "./parts.ts";

const all = new Set(parts);
const told = (variables: Readonly<Record<string, string>>): readonly string[] =>
  uncovered(new Map(Object.entries(variables)), all, "/volumes/open-webui").map(
    ({ code, params }) => `${code} ${"store" in params ? params.store : ""}`,
  );

test("what lies in the data directory is covered", () => {
  assert.deepEqual(told({}), []);
  assert.deepEqual(told({ VECTOR_DB: "chroma", STORAGE_PROVIDER: "local", CHROMA_HTTP_HOST: "" }), []);
  assert.deepEqual(told({ DATABASE_URL: "sqlite:////app/backend/data/webui.db" }), []);
  for (const folder of ["/app/backend/data", "/volumes/open-webui"]) {
    assert.deepEqual(told({ DATABASE_URL: `sqlite:///${folder}/webui.db`, UPLOAD_DIR: `${folder}/uploads` }), []);
  }
  assert.deepEqual(told({ DATA_DIR: "/d", DATABASE_URL: "sqlite+sqlcipher:////d/webui.db?mode=rw" }), []);
  assert.deepEqual(told({ DATABASE_URL: "sqlite:///./data/webui.db", DATABASE_TYPE: "sqlite" }), []);
  assert.deepEqual(told({ DATA_DIR: "/srv/data", UPLOAD_DIR: "/srv/data/uploads/" }), []);
});

test("what lies elsewhere is named without its password", () => {
  const rows: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ DATABASE_URL: "postgres://u:p@w@db:5432/webui?password=p" }, "DATABASE_NOT_COVERED postgres://db:5432/webui"],
    [{ DATABASE_URL: "postgresql+psycopg://u:secret@db/webui" }, "DATABASE_NOT_COVERED postgresql://db/webui"],
    [{ DATABASE_URL: "sqlite:////fast/webui.db" }, "DATABASE_NOT_COVERED /fast/webui.db"],
    [{ DATABASE_URL: "sqlite:////elsewhere/x.db" }, "DATABASE_NOT_COVERED /elsewhere/x.db"],
    [
      {
        DATABASE_TYPE: "postgresql",
        DATABASE_HOST: "h",
        DATABASE_PORT: "1",
        DATABASE_NAME: "n",
        DATABASE_PASSWORD: "p",
      },
      "DATABASE_NOT_COVERED postgresql://h/n",
    ],
    [{ USE_SLIM: "true" }, "VECTORS_NOT_COVERED pgvector"],
    [{ CHROMA_HTTP_HOST: "vectors.internal" }, "VECTORS_NOT_COVERED chroma, vectors.internal"],
    [{ STORAGE_PROVIDER: "azure" }, "UPLOADS_NOT_COVERED azure"],
    [{ UPLOAD_DIR: "/mnt/uploads" }, "UPLOADS_NOT_COVERED /mnt/uploads"],
  ];
  for (const [variables, expected] of rows) assert.deepEqual(told(variables), [expected]);
});

test("every vector store of the app but Chroma is named", () => {
  const stores =
    "milvus mariadb-vector qdrant pinecone elasticsearch opensearch pgvector oracle23ai s3vector weaviate opengauss valkey";
  for (const store of stores.split(" ")) assert.deepEqual(told({ VECTOR_DB: store }), [`VECTORS_NOT_COVERED ${store}`]);
});

test("a part that is not asked for is not told of", () => {
  const variables = new Map([["VECTOR_DB", "qdrant"]]);
  assert.deepEqual(uncovered(variables, new Set(["database"]), "/volumes/open-webui"), []);
});
