/** Open WebUI's part inside of a container: holds webui.db open in WAL mode and commits a row every few milliseconds. */
import { DatabaseSync } from "node:sqlite";

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: writer-process.ts DATABASE");
const database = new DatabaseSync(file);
database.exec("PRAGMA journal_mode=WAL; CREATE TABLE IF NOT EXISTS container_row(n INTEGER PRIMARY KEY)");
const insert = database.prepare("INSERT INTO container_row DEFAULT VALUES");
setInterval(() => insert.run(), 5);
process.on("SIGTERM", () => {
  database.close();
  process.exit(0);
});
