/** The script of a thread that compares two databases. */
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { reasonOf } from "../base/errors.ts";
import { compareInstances } from "../openwebui/compare/compare-instances.ts";
import type { Query, Row } from "../openwebui/query.ts";
import { serveTasks } from "../repository/workers/serve-tasks.ts";
import type { ComparedDatabases, DatabaseComparison } from "./compare-databases.ts";

const cacheKiB = 16 * 1024;

serveTasks<ComparedDatabases, DatabaseComparison>({
  run: async ({ older, newer, listed }) => {
    try {
      using database = new DatabaseSync(":memory:");
      // Ids of what differs, which hold people's data, go to no file.
      database.exec("PRAGMA temp_store=MEMORY");
      for (const [name, path] of Object.entries({ older, newer })) {
        // Immutable: a plain read-only open of a database in WAL mode would leave a -wal and a -shm behind.
        const url = `${pathToFileURL(path).href.replaceAll("'", "%27")}?immutable=1`;
        database.exec(`ATTACH '${url}' AS ${name}; PRAGMA ${name}.cache_size=-${cacheKiB}`);
      }
      const query: Query = async (sql) => database.prepare(sql).all() as Row[];
      return { difference: await compareInstances(query, listed) };
    } catch (error) {
      return { damage: reasonOf(error) };
    }
  },
});
