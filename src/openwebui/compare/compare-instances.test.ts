import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { Query, Row } from "../query.ts";
import { compareInstances, type InstanceDifference } from "./compare-instances.ts";
import { mayBeTold } from "./compare-settings.ts";

interface Databases {
  readonly older: string;
  readonly newer: string;
  readonly listed?: number;
}

async function compare({ older, newer, listed = 10 }: Databases): Promise<InstanceDifference> {
  using database = new DatabaseSync(":memory:");
  database.exec("ATTACH ':memory:' AS older; ATTACH ':memory:' AS newer");
  const inSide = (side: string, sql: string): string => sql.replaceAll("@", `${side}.`);
  database.exec(inSide("older", older));
  database.exec(inSide("newer", newer));
  const query: Query = async (sql) => database.prepare(sql).all() as Row[];
  return await compareInstances(query, listed);
}

const users =
  "CREATE TABLE @user (id, name, last_active_at); INSERT INTO @user VALUES ('u1', 'Ada', 1), ('u2', '', 2);";
const chats = "CREATE TABLE @chat (id PRIMARY KEY, user_id, title, chat, created_at, updated_at, last_read_at);";

test("rows that came, changed and went are told with title, owner and times", async () => {
  const { kinds } = await compare({
    older: `${users} ${chats} INSERT INTO @chat VALUES ('same', 'u1', 'Same', '{}', 5, 6, 7), ('old', 'u1', 'Old', '{}', 5, 6, 7),
      ('renamed', 'u1', 'Before', '{}', 5, 6, 7), ('text', 'u2', 'Text', '{"a":1}', 5, 6, 7)`,
    newer: `${users} ${chats} INSERT INTO @chat VALUES ('same', 'u1', 'Same', '{}', 5, 6, 99), ('new', 'u1', 'New', '{}', 8, 9, 7),
      ('renamed', 'u1', 'After', '{}', 5, 10, 7), ('text', 'u2', 'Text', '{"a":2}', 5, 6, 7)`,
  });
  const found = kinds.find(({ kind }) => kind === "chats");
  const times = { createdMs: 5000, updatedMs: 6000 };
  assert.deepEqual(found, {
    kind: "chats",
    before: 4,
    after: 4,
    counts: { added: 1, changed: 2, deleted: 1 },
    rows: {
      added: [{ id: "new", title: "New", owner: "Ada", createdMs: 8000, updatedMs: 9000 }],
      changed: [
        { id: "renamed", title: "After", titleBefore: "Before", owner: "Ada", createdMs: 5000, updatedMs: 10_000 },
        { id: "text", title: "Text", ...times },
      ],
      deleted: [{ id: "old", title: "Old", owner: "Ada", ...times }],
    },
  });
  assert.deepEqual(kinds.find(({ kind }) => kind === "users")?.counts, { added: 0, changed: 0, deleted: 0 });
});

test("a chat has changed where only its messages did, and they are counted", async () => {
  const messages = "CREATE TABLE @chat_message (id PRIMARY KEY, chat_id, content);";
  const both = `${chats} INSERT INTO @chat VALUES ('a', 'u', 'A', '{}', 1, 2, 3), ('b', 'u', 'B', '{}', 1, 2, 3), ('c', 'u', 'C', '{}', 1, 2, 3); ${messages}`;
  const { kinds } = await compare({
    older: `${both} INSERT INTO @chat_message VALUES ('1', 'a', 'x'), ('2', 'a', 'y'), ('3', 'b', 'z'), ('4', 'c', 'w')`,
    newer: `${both} INSERT INTO @chat_message VALUES ('1', 'a', 'x'), ('5', 'a', 'n'), ('6', 'a', 'm'), ('3', 'b', 'Z'), ('4', 'c', 'w')`,
  });
  const changed = kinds[0]?.rows.changed.map(({ id, partsAdded, partsDeleted }) => [id, partsAdded, partsDeleted]);
  assert.deepEqual(changed, [
    ["a", 2, 1],
    ["b", undefined, undefined],
  ]);
});

test("lists are as long as asked for, the newest first; counts are whole", async () => {
  const rows = Array.from({ length: 50 }, (_, i) => `('${i}', 'u', 'T${i}', '', 1, ${i + 1}, 0)`).join(",");
  const { kinds } = await compare({ older: chats, newer: `${chats} INSERT INTO @chat VALUES ${rows}`, listed: 3 });
  assert.equal(kinds[0]?.counts.added, 50);
  assert.deepEqual(
    kinds[0]?.rows.added.map(({ title }) => title),
    ["T49", "T48", "T47"],
  );
});

test("tables and columns that one of them has not are no error", async () => {
  const { kinds, settings } = await compare({
    older: "CREATE TABLE @chat (id, title); INSERT INTO @chat VALUES ('a', 'A')",
    newer: `${chats} INSERT INTO @chat VALUES ('a', 'u', 'A', 'x', 1, 2, 3); CREATE TABLE @note (id, title, created_at);
      INSERT INTO @note VALUES ('n', 'Note', 1760000000123456789)`,
  });
  assert.deepEqual(
    kinds.map(({ kind, counts }) => [kind, counts.added, counts.changed]),
    [
      ["chats", 0, 0],
      ["notes", 1, 0],
    ],
  );
  assert.equal(kinds[1]?.before, undefined);
  assert.equal(kinds[1]?.rows.added[0]?.createdMs, 1_760_000_000_123);
  assert.deepEqual(settings, []);
});

test("settings of an older document and newer rows are compared by name; secrets have no value", async () => {
  const document = {
    rag: { top_k: 3, engine: "a" },
    openai: { api_keys: ["sk-1"], api_configs: { "https://u:p%40x": {} } },
  };
  const { settings } = await compare({
    older: `CREATE TABLE @config (id, data); INSERT INTO @config VALUES (1, '{}'), (2, '${JSON.stringify(document)}')`,
    newer: `CREATE TABLE @config (key TEXT, value JSON); INSERT INTO @config VALUES ('rag.top_k', '5'), ('rag.engine', '"b"'),
      ('openai.api_keys', '["sk-2"]'), ('openai.api_configs', '{"https://u:p%40x": {}}'), ('ui.banners', '[]')`,
  });
  assert.deepEqual(settings, [
    { key: "openai.api_keys", state: "changed" },
    { key: "rag.engine", state: "changed", before: '"a"', after: '"b"' },
    { key: "rag.top_k", state: "changed", before: "3", after: "5" },
    { key: "ui.banners", state: "added" },
  ]);
});

test("a value is told only where it cannot be a secret", () => {
  assert.ok(mayBeTold("rag.embedding_model", '"all-MiniLM"'));
  assert.ok(mayBeTold("rag.enable_hybrid_search", "true"));
  for (const key of ["openai.api_keys", "smtp.pin", "oauth.client_secret", "ldap.app_password", "web.search.url"]) {
    assert.ok(!mayBeTold(key, '"1234"'), key);
  }
  assert.ok(!mayBeTold("smtp.pin", "1234"));
  assert.ok(!mayBeTold("rag.model", `"${"x".repeat(100)}"`));
});
