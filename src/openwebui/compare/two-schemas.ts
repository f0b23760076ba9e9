/** Two databases in one connection, attached as `older` and `newer`, and what their tables have. */
import { type Query, textIn } from "../query.ts";

export const sides = ["older", "newer"] as const;
export type Side = (typeof sides)[number];

/** Columns by table. */
export type Tables = ReadonlyMap<string, ReadonlySet<string>>;
export type Schemas = Readonly<Record<Side, Tables>>;

export async function readSchemas(query: Query): Promise<Schemas> {
  return { older: await readTables(query, "older"), newer: await readTables(query, "newer") };
}

async function readTables(query: Query, side: Side): Promise<Tables> {
  const tables = new Map<string, Set<string>>();
  const rows = await query(
    `SELECT t.name AS name, c.name AS col FROM ${side}.sqlite_master t, pragma_table_info(t.name, '${side}') c WHERE t.type = 'table'`,
  );
  for (const row of rows) {
    const name = textIn(row, "name") ?? "";
    const columns = tables.get(name) ?? new Set();
    columns.add(textIn(row, "col") ?? "");
    tables.set(name, columns);
  }
  return tables;
}

/** Columns that both have, but those. */
export function sharedColumns(schemas: Schemas, table: string, ignored: readonly string[] = []): string[] {
  const newer = schemas.newer.get(table);
  return [...(schemas.older.get(table) ?? [])].filter((name) => newer?.has(name) && !ignored.includes(name));
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
