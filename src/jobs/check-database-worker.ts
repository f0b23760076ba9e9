/** The script of a thread that checks databases. */
import { closeSync, openSync, readSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { type BytePath, bytesOf } from "../base/byte-path.ts";
import { reasonOf } from "../base/errors.ts";
import { pathsInRows } from "../openwebui/paths-in-rows.ts";
import type { Query, Row } from "../openwebui/query.ts";
import { countTables } from "../openwebui/tables.ts";
import { serveTasks } from "../repository/workers/serve-tasks.ts";
import type { DatabaseTask, DatabaseVerdict } from "./check-databases.ts";

/** The first bytes of every SQLite 3 file. Source: SQLite's fileformat2.html, "The Database Header". */
const magic = "SQLite format 3\0";
const cacheKiB = 16 * 1024;

serveTasks<DatabaseTask, DatabaseVerdict>({
  run: async ({ path, isApp, whole }) => {
    if (!isDatabase(path)) return { isDatabase: false, damage: undefined, counts: {}, dataPaths: [] };
    try {
      // Immutable: a plain read-only open of a database in WAL mode would leave a -wal and a -shm behind.
      using database = new DatabaseSync(new URL(`${fileUrl(path)}?immutable=1`), { readOnly: true });
      // Indexes are looked up all over the file; the default of 2 MB reads each page many times.
      database.exec(`PRAGMA cache_size=-${cacheKiB}`);
      const damage = whole ? damageOf(database) : undefined;
      const query: Query = async (sql) => database.prepare(sql).all() as Row[];
      const counts = isApp ? await countTables(query) : {};
      return { isDatabase: true, damage, counts, dataPaths: isApp ? await pathsInRows(query) : [] };
    } catch (error) {
      return { isDatabase: true, damage: reasonOf(error), counts: {}, dataPaths: [] };
    }
  },
});

function damageOf(database: DatabaseSync): string | undefined {
  const rows = database.prepare("PRAGMA integrity_check").all() as Row[];
  const said = rows.map((row) => String(row["integrity_check"]));
  return said.length === 1 && said[0] === "ok" ? undefined : said.slice(0, 3).join("; ");
}

function isDatabase(path: BytePath): boolean {
  const file = openSync(bytesOf(path), "r");
  try {
    const head = Buffer.alloc(magic.length);
    return readSync(file, head, 0, head.length, 0) === head.length && head.toString("latin1") === magic;
  } finally {
    closeSync(file);
  }
}

/** A name that is not UTF-8 keeps its bytes: each is percent-encoded as it is. */
function fileUrl(path: BytePath): string {
  const text = bytesOf(path).toString("utf8");
  if (Buffer.from(text, "utf8").equals(bytesOf(path))) return pathToFileURL(text).href;
  return `file://${path.replace(/[^A-Za-z0-9/._-]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`)}`;
}
