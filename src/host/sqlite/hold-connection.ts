/**
 * SQLite's side of a hold: the connection that the holder process has, and how it is opened so that nothing of the source
 * is created or changed. Runs in the holder process only.
 */
import { DatabaseSync } from "node:sqlite";
import type { BytePath } from "../../base/byte-path.ts";
import type { SqlRow, SqlValue } from "./hold-protocol.ts";

/**
 * `readonly_shm=1` makes SQLite open the -shm for reading only. Then it never writes a read mark of its own but shares
 * one that is there, and it does not create a -shm; a -shm that no writer has open it does not trust.
 */
export function openSourceDatabase(path: BytePath): DatabaseSync {
  return new DatabaseSync(uriOf(path, "mode=ro&readonly_shm=1"), { readOnly: true, timeout: 0 });
}

/** For files that nobody changes: no lock, no -wal, no -shm, no look at a -journal. */
export function openStillDatabase(path: BytePath): DatabaseSync {
  return new DatabaseSync(uriOf(path, "mode=ro&immutable=1"), { readOnly: true });
}

/** Opens a copy of ours for writing, so that SQLite repairs it, and closes it as one plain file. */
export function repairDatabase(path: BytePath): void {
  using database = new DatabaseSync(uriOf(path, "mode=rw"));
  touch(database);
}

/** A read inside the current transaction; begins it in earnest, and needs nothing of the schema to be understood. */
export function touch(database: DatabaseSync): void {
  database.prepare("PRAGMA schema_version").get();
}

/** Integers that a JavaScript number cannot hold come as bigint; Open WebUI counts some times in nanoseconds. */
export function rowsOf(database: DatabaseSync, sql: string, params: readonly SqlValue[]): SqlRow[] {
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  return statement.all(...params).map((row) => {
    const plain: Record<string, SqlValue> = {};
    for (const [name, value] of Object.entries(row)) plain[name] = narrowed(value as SqlValue);
    return plain;
  });
}

function narrowed(value: SqlValue): SqlValue {
  return typeof value === "bigint" && BigInt.asIntN(53, value) === value ? Number(value) : value;
}

/** `file:` and the path's bytes, every one escaped that a URI gives a meaning to (sqlite.org/uri.html). */
function uriOf(path: BytePath, query: string): string {
  const escaped = path.replace(
    /[^A-Za-z0-9/._~-]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`,
  );
  return `file:${escaped}?${query}`;
}
