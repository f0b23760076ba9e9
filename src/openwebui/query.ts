/** How this layer asks a database; whoever gives it decides in which transaction the answers are true. */

export type Value = string | number | bigint | null | Uint8Array;
export type Row = Readonly<Record<string, Value>>;
export type Query = (sql: string) => Promise<readonly Row[]>;

export function textIn(row: Row | undefined, column: string): string | undefined {
  const value = row?.[column];
  return typeof value === "string" ? value : undefined;
}

export function numberIn(row: Row | undefined, column: string): number | undefined {
  const value = row?.[column];
  if (typeof value === "number") return value;
  return typeof value === "bigint" ? Number(value) : undefined;
}

/** Names of the tables that are there. */
export async function tableNames(query: Query): Promise<ReadonlySet<string>> {
  const rows = await query("SELECT name FROM sqlite_master WHERE type = 'table'");
  return new Set(rows.flatMap((row) => textIn(row, "name") ?? []));
}
