/** The data directory as the rows of `file` name it: where the app saw it when they were written. */
import { type Query, tableNames, textIn } from "./query.ts";

/** Each path that stands in front of `/uploads/` in a row, the most frequent first. Empty where no row has one. */
export async function pathsInRows(query: Query): Promise<readonly string[]> {
  if (!(await tableNames(query)).has("file")) return [];
  const columns = (await query("SELECT name FROM pragma_table_info('file')")).map((row) => textIn(row, "name"));
  if (!columns.includes("path")) return [];
  const rows = await query(`
    SELECT substr(path, 1, instr(path, '/uploads/') - 1) AS base, count(*) AS n
    FROM "file" WHERE path LIKE '/%/uploads/%' GROUP BY base ORDER BY n DESC, base`);
  return rows.flatMap((row) => textIn(row, "base") ?? []);
}
