/** The tables that people know, counted. A table that this app's version does not have is absent, not 0. */
import { numberIn, type Query, tableNames } from "./query.ts";

export const countedTables = [
  "user",
  "group",
  "chat",
  "chat_message",
  "folder",
  "tag",
  "file",
  "knowledge",
  "knowledge_file",
  "document",
  "memory",
  "note",
  "channel",
  "message",
  "function",
  "tool",
  "skill",
  "model",
  "prompt",
  "feedback",
  "automation",
  "calendar_event",
  "api_key",
  "oauth_session",
  "config",
] as const;
export type CountedTable = (typeof countedTables)[number];

export type TableCounts = Readonly<Partial<Record<CountedTable, number>>>;

export async function countTables(query: Query): Promise<TableCounts> {
  const there = await tableNames(query);
  const counts: Partial<Record<CountedTable, number>> = {};
  for (const table of countedTables) {
    if (!there.has(table)) continue;
    const count = numberIn((await query(`SELECT count(*) AS n FROM "${table}"`))[0], "n");
    if (count !== undefined) counts[table] = count;
  }
  return counts;
}
