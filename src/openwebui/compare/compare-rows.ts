/**
 * The rows of one kind that came, changed or went. SQLite does the comparing, row by row, and keeps the ids of what differs: memory
 * goes with the number of differences, not with the size of the databases.
 */
import { numberIn, type Query, type Row, textIn } from "../query.ts";
import type { ComparedKind, ComparedPart } from "./compared-kinds.ts";
import { quoted, type Schemas, type Side, sharedColumns, sides } from "./two-schemas.ts";

export const rowStates = ["added", "changed", "deleted"] as const;
export type RowState = (typeof rowStates)[number];

export interface DifferentRow {
  readonly id: string;
  readonly title?: string;
  /** Where it had another. */
  readonly titleBefore?: string;
  /** Name of the user it belongs to. */
  readonly owner?: string;
  readonly createdMs?: number;
  readonly updatedMs?: number;
  /** Of what is counted below it: messages of a chat, files of a knowledge base. */
  readonly partsAdded?: number;
  readonly partsDeleted?: number;
}

export interface RowDifference {
  /** Rows in each; undefined where there is no such table. */
  readonly before?: number;
  readonly after?: number;
  readonly counts: Readonly<Record<RowState, number>>;
  /** The newest first, at most as many of each state as were asked for. */
  readonly rows: Readonly<Record<RowState, readonly DifferentRow[]>>;
}

export interface CompareRowsOptions {
  readonly schemas: Schemas;
  /** Rows listed of each state. */
  readonly listed: number;
}

/** Undefined where neither database has the table. */
export async function compareRows(
  query: Query,
  kind: ComparedKind,
  { schemas, listed }: CompareRowsOptions,
): Promise<RowDifference | undefined> {
  const has = (side: Side): boolean => schemas[side].get(kind.table)?.has("id") === true;
  if (!has("older") && !has("newer")) return undefined;
  await query("CREATE TEMP TABLE found (id NOT NULL, state TEXT, PRIMARY KEY (id, state)) WITHOUT ROWID");
  await query("CREATE TEMP TABLE part (id NOT NULL, state TEXT, n INTEGER, PRIMARY KEY (id, state)) WITHOUT ROWID");
  const run = async (sql: string | undefined): Promise<void> => {
    if (sql !== undefined) await query(sql);
  };
  await run(onlyIn("newer", "added", kind.table, has));
  await run(onlyIn("older", "deleted", kind.table, has));
  if (has("older") && has("newer")) await run(changedRows(kind, schemas));
  for (const part of kind.parts ?? []) {
    if (sharedColumns(schemas, part.table).length === 0 || !(has("older") && has("newer"))) continue;
    for (const sql of changedParts(kind.table, part, schemas)) await run(sql);
  }
  const difference = {
    ...(await countRows(query, kind.table, has)),
    ...(await readFound(query, kind, { schemas, listed })),
  };
  await query("DROP TABLE temp.found");
  await query("DROP TABLE temp.part");
  return difference;
}

function onlyIn(side: Side, state: RowState, table: string, has: (side: Side) => boolean): string | undefined {
  if (!has(side)) return undefined;
  const other = side === "newer" ? "older" : "newer";
  const absent = has(other) ? ` AND NOT EXISTS (SELECT 1 FROM ${other}.${quoted(table)} o WHERE o.id = n.id)` : "";
  return `INSERT OR IGNORE INTO found SELECT n.id, '${state}' FROM ${side}.${quoted(table)} n WHERE n.id IS NOT NULL${absent}`;
}

function changedRows({ table, ignored }: ComparedKind, schemas: Schemas): string | undefined {
  const differ = differing(sharedColumns(schemas, table, ["id", ...(ignored ?? [])]));
  return `INSERT OR IGNORE INTO found SELECT n.id, 'changed' FROM newer.${quoted(table)} n
    JOIN older.${quoted(table)} o ON o.id = n.id WHERE ${differ}`;
}

/** Times come first: they tell of most changes, so that long texts are seldom compared. */
function differing(columns: readonly string[]): string {
  const ordered = columns.toSorted((a, b) => Number(b.endsWith("_at")) - Number(a.endsWith("_at")));
  return ordered.length === 0 ? "0" : ordered.map((name) => `n.${quoted(name)} IS NOT o.${quoted(name)}`).join(" OR ");
}

function* changedParts(
  table: string,
  { table: part, key, counted }: ComparedPart,
  schemas: Schemas,
): Generator<string> {
  const columns = sharedColumns(schemas, part);
  if (!columns.includes("id") || !columns.includes(key)) return;
  const inBoth = sides.map((side) => `EXISTS (SELECT 1 FROM ${side}.${quoted(table)} b WHERE b.id = n.${quoted(key)})`);
  const of = quoted(key);
  const insert = `INSERT OR IGNORE INTO found SELECT n.${of}, 'changed'`;
  for (const [side, other, state] of [
    ["newer", "older", "added"],
    ["older", "newer", "deleted"],
  ] as const) {
    const absent = `NOT EXISTS (SELECT 1 FROM ${other}.${quoted(part)} o WHERE o.id = n.id)`;
    yield `${insert} FROM ${side}.${quoted(part)} n WHERE ${absent} AND ${inBoth.join(" AND ")}`;
    if (!counted) continue;
    yield `INSERT INTO part SELECT n.${of}, '${state}', count(*) FROM ${side}.${quoted(part)} n
      WHERE n.${of} IS NOT NULL AND ${absent} GROUP BY n.${of}`;
  }
  const join = `JOIN older.${quoted(part)} o ON o.id = n.id`;
  const differ = differing(columns.filter((name) => name !== "id"));
  yield `${insert} FROM newer.${quoted(part)} n ${join} WHERE (${differ}) AND ${inBoth.join(" AND ")}`;
}

async function countRows(
  query: Query,
  table: string,
  has: (side: Side) => boolean,
): Promise<{ before?: number; after?: number }> {
  const count = async (side: Side): Promise<number | undefined> =>
    has(side) ? numberIn((await query(`SELECT count(*) AS n FROM ${side}.${quoted(table)}`))[0], "n") : undefined;
  const [before, after] = [await count("older"), await count("newer")];
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

async function readFound(
  query: Query,
  kind: ComparedKind,
  { schemas, listed }: CompareRowsOptions,
): Promise<Pick<RowDifference, "counts" | "rows">> {
  const counts = { added: 0, changed: 0, deleted: 0 };
  for (const row of await query("SELECT state, count(*) AS n FROM found GROUP BY state")) {
    const state = rowStates.find((one) => one === textIn(row, "state"));
    if (state !== undefined) counts[state] = numberIn(row, "n") ?? 0;
  }
  const list = async (state: RowState): Promise<DifferentRow[]> =>
    counts[state] === 0 ? [] : (await query(listing(kind, state, { schemas, listed }))).map(differentRow);
  return {
    counts,
    rows: { added: await list("added"), changed: await list("changed"), deleted: await list("deleted") },
  };
}

/** Longest title that is read: a name is a line, and some apps put whole questions there. */
const titleCharacters = 300;

function listing({ table, titles }: ComparedKind, state: RowState, { schemas, listed }: CompareRowsOptions): string {
  const columns = (side: Side): ReadonlySet<string> => schemas[side].get(table) ?? new Set();
  const joined = sides.filter((side) => columns(side).size > 0);
  const value = (side: Side, name: string): string => (columns(side).has(name) ? `${side[0]}.${quoted(name)}` : "NULL");
  const title = (side: Side): string => {
    const there = titles.filter((name) => columns(side).has(name)).map((name) => `nullif(${value(side, name)}, '')`);
    return there.length === 0 ? "NULL" : `substr(coalesce(${[...there, "NULL"].join(", ")}), 1, ${titleCharacters})`;
  };
  const either = (name: string): string => `coalesce(${value("newer", name)}, ${value("older", name)})`;
  const time = `coalesce(${either("updated_at")}, ${either("created_at")})`;
  const part = (which: string): string => `(SELECT n FROM part WHERE part.id = f.id AND part.state = '${which}')`;
  return `SELECT f.id AS id, ${title("newer")} AS title, ${title("older")} AS title_before,
      ${ownerOf(either("user_id"), schemas)} AS owner, ${either("created_at")} * 1.0 AS created,
      ${either("updated_at")} * 1.0 AS updated, ${part("added")} AS parts_added, ${part("deleted")} AS parts_deleted
    FROM found f ${joined.map((side) => `LEFT JOIN ${side}.${quoted(table)} ${side[0]} ON ${side[0]}.id = f.id`).join(" ")}
    WHERE f.state = '${state}' GROUP BY f.id ORDER BY ${time} DESC, f.id LIMIT ${listed}`;
}

function ownerOf(id: string, schemas: Schemas): string {
  const names = (["newer", "older"] as const).flatMap((side) => {
    const columns = schemas[side].get("user");
    const known = ["name", "email"].filter((name) => columns?.has(name)).map((name) => `nullif(u.${name}, '')`);
    return known.length === 0
      ? []
      : `(SELECT coalesce(${[...known, "NULL"].join(", ")}) FROM ${side}.user u WHERE u.id = ${id})`;
  });
  return `coalesce(${[...names, "NULL", "NULL"].join(", ")})`;
}

function differentRow(row: Row): DifferentRow {
  const [title, before, owner] = [textIn(row, "title"), textIn(row, "title_before"), textIn(row, "owner")];
  const [createdMs, updatedMs] = [timeMs(row, "created"), timeMs(row, "updated")];
  const [partsAdded, partsDeleted] = [numberIn(row, "parts_added"), numberIn(row, "parts_deleted")];
  const shown = title ?? before;
  return {
    id: String(row["id"]),
    ...(shown === undefined ? {} : { title: shown }),
    ...(title === undefined || before === undefined || title === before ? {} : { titleBefore: before }),
    ...(owner === undefined ? {} : { owner }),
    ...(createdMs === undefined ? {} : { createdMs }),
    ...(updatedMs === undefined ? {} : { updatedMs }),
    ...(partsAdded === undefined ? {} : { partsAdded }),
    ...(partsDeleted === undefined ? {} : { partsDeleted }),
  };
}

/** The app keeps seconds in most tables, nanoseconds in those of channels and notes: asked for as floating point, they fit a number. */
function timeMs(row: Row, column: string): number | undefined {
  const value = numberIn(row, column);
  if (value === undefined || value <= 0) return undefined;
  if (value < 1e11) return value * 1000;
  if (value < 1e14) return value;
  return Math.floor(value < 1e17 ? value / 1e3 : value / 1e6);
}
