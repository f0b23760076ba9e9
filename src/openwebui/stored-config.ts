/**
 * Settings that admins saved in the database. Since revision 3ff2c63645b8 a row for each key; before it one JSON
 * document in the newest row of `config`.
 */
import { type Query, tableNames, textIn } from "./query.ts";

/** Values of the given keys (dotted, such as `rag.embedding_model`); those that are not stored are absent. */
export async function readStoredConfig(query: Query, keys: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
  if (!(await tableNames(query)).has("config")) return new Map();
  const columns = new Set(
    (await query("SELECT name FROM pragma_table_info('config')")).map((row) => textIn(row, "name")),
  );
  if (columns.has("key") && columns.has("value")) return readRows(query, keys);
  return columns.has("data") ? readDocument(query, keys) : new Map();
}

async function readRows(query: Query, keys: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
  const list = keys.map((key) => `'${key.replaceAll("'", "''")}'`).join(", ");
  const found = new Map<string, unknown>();
  for (const row of await query(`SELECT "key" AS k, value AS v FROM config WHERE "key" IN (${list})`)) {
    const key = textIn(row, "k");
    if (key !== undefined) found.set(key, parsed(textIn(row, "v")));
  }
  return found;
}

async function readDocument(query: Query, keys: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
  const row = (await query("SELECT data AS v FROM config ORDER BY id DESC LIMIT 1"))[0];
  const document = parsed(textIn(row, "v"));
  const found = new Map<string, unknown>();
  for (const key of keys) {
    const value = key.split(".").reduce<unknown>((at, name) => property(at, name), document);
    if (value !== undefined) found.set(key, value);
  }
  return found;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function parsed(json: string | undefined): unknown {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
