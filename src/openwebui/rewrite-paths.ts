/**
 * Makes a restored webui.db fit another data path: `file.path` is the only column with paths of the app's own disk
 * (looked for in every column of a real instance of 0.12.4; `memory.path` is a place in a tree of memories).
 */
import { DatabaseSync } from "node:sqlite";
import { placeOf } from "./file-rows.ts";

export interface RewrittenPaths {
  /** Rows whose path was changed. */
  readonly changed: number;
  /** Rows that named the new path already. */
  readonly same: number;
  /** Rows without a path, in an object store, or outside of the uploads folder: left as they are. */
  readonly left: number;
}

export interface RewriteOptions {
  /** A webui.db that nobody has open: the restored copy, never the source. */
  readonly database: string;
  /** The data directory as the app will see it, such as `/app/backend/data`. */
  readonly dataPath: string;
}

/** One transaction: all rows or none. SQLite removes its -wal, -shm or journal when the last connection closes, which is this one. */
export function rewritePaths({ database, dataPath }: RewriteOptions): RewrittenPaths {
  const base = dataPath.replace(/\/+$/, "");
  using db = new DatabaseSync(database);
  const counts = { changed: 0, same: 0, left: 0 };
  db.exec("BEGIN IMMEDIATE");
  try {
    if (hasFilePaths(db)) updateRows(db, base, counts);
    db.exec("COMMIT");
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
  return counts;
}

function updateRows(db: DatabaseSync, base: string, counts: { changed: number; same: number; left: number }): void {
  const update = db.prepare('UPDATE "file" SET path = ? WHERE id = ?');
  for (const row of db.prepare('SELECT id, path FROM "file"').all()) {
    const path = typeof row["path"] === "string" ? row["path"] : undefined;
    const place = placeOf(path);
    if (place.kind !== "upload") {
      counts.left += 1;
      continue;
    }
    const moved = `${base}/${Buffer.from(place.path, "latin1").toString("utf8")}`;
    if (moved === path) {
      counts.same += 1;
      continue;
    }
    update.run(moved, row["id"] ?? null);
    counts.changed += 1;
  }
}

function hasFilePaths(db: DatabaseSync): boolean {
  return db.prepare("SELECT 1 FROM pragma_table_info('file') WHERE name = 'path'").get() !== undefined;
}
