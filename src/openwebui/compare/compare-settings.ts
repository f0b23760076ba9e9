/**
 * Settings that admins saved, compared by their names: a row for each in newer versions of the app, one JSON document in older ones
 * (see stored-config.ts). A value is told only where it cannot be a secret.
 */
import { type Query, textIn } from "../query.ts";
import type { RowState } from "./compare-rows.ts";
import type { Schemas, Side } from "./two-schemas.ts";

export interface DifferentSetting {
  /** Dotted: `rag.top_k`. */
  readonly key: string;
  readonly state: RowState;
  /** As JSON; absent where there is none, and where it may be a secret. */
  readonly before?: string;
  readonly after?: string;
}

/** By name. Undefined where neither database has settings. */
export async function compareSettings(
  query: Query,
  schemas: Schemas,
): Promise<readonly DifferentSetting[] | undefined> {
  if (!schemas.older.has("config") && !schemas.newer.has("config")) return undefined;
  const [older, newer] = [await readSettings(query, schemas, "older"), await readSettings(query, schemas, "newer")];
  const keys = [...new Set([...older.keys(), ...newer.keys()])].sort();
  return keys.flatMap((key) => {
    const [before, after] = [older.get(key), newer.get(key)];
    if (before === after) return [];
    const state = before === undefined ? "added" : after === undefined ? "deleted" : "changed";
    return [{ key, state, ...told("before", key, before), ...told("after", key, after) }];
  });
}

function told(name: "before" | "after", key: string, value: string | undefined): { before?: string; after?: string } {
  return value !== undefined && mayBeTold(key, value) ? { [name]: value } : {};
}

const secretNames = /key|secret|token|passw|auth|credential|cert|salt|pin|cookie|header|username|account/i;
const plainTexts = /(^|[._])(engine|model|models|mode|locale|format|level|strategy|type|role)$/;
const longestText = 80;

/** Numbers and yes or no, where the name does not sound like a secret; a text only where it is known to be a choice or a model. */
export function mayBeTold(key: string, json: string): boolean {
  if (secretNames.test(key)) return false;
  if (/^(true|false|null|-?[0-9.eE+-]+)$/.test(json)) return true;
  return json.startsWith('"') && json.length <= longestText && plainTexts.test(key);
}

/** Values as JSON; a column of type JSON makes numbers of those that look so. Names within objects that the app made are settings of their own; others (URLs, numbers) are part of a value. */
async function readSettings(query: Query, schemas: Schemas, side: Side): Promise<ReadonlyMap<string, string>> {
  const columns = schemas[side].get("config");
  const found = new Map<string, string>();
  if (columns?.has("key") && columns.has("value")) {
    for (const row of await query(`SELECT "key" AS k, CAST(value AS TEXT) AS v FROM ${side}.config`)) {
      flatten(textIn(row, "k") ?? "", parsed(textIn(row, "v")), found);
    }
  } else if (columns?.has("data")) {
    const [row] = await query(`SELECT CAST(data AS TEXT) AS v FROM ${side}.config ORDER BY id DESC LIMIT 1`);
    const document = parsed(textIn(row, "v"));
    if (isObject(document)) for (const [name, value] of Object.entries(document)) flatten(name, value, found);
  }
  return found;
}

function flatten(key: string, value: unknown, into: Map<string, string>): void {
  const names = isObject(value) ? Object.keys(value) : [];
  if (!isObject(value) || names.length === 0 || !names.every((name) => /^[a-z][a-z0-9_]*$/i.test(name))) {
    into.set(key, JSON.stringify(value) ?? "null");
    return;
  }
  for (const name of names) flatten(`${key}.${name}`, value[name], into);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(json: string | undefined): unknown {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
