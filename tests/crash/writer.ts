/**
 * Open WebUI's part in the crash tests: a process of its own that holds webui.db open in WAL mode, so that a capture has to
 * pin a state under its eyes. Works on messages from its parent; see running-app.ts.
 */
import { DatabaseSync } from "node:sqlite";
import { seeded } from "./seeded.ts";

export type WriterRequest =
  | { readonly kind: "grow"; readonly seed: number; readonly bytes: number }
  | { readonly kind: "checkpoint" };
/** `busy` is SQLite's own word: somebody held the log, so that it could not be emptied. */
export type WriterReply = { readonly busy: boolean };

const rowBytes = 64 * 1024;
const keptRows = 256;

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: writer.ts DATABASE");
const database = new DatabaseSync(file);
database.exec("PRAGMA journal_mode=WAL; PRAGMA busy_timeout=100; PRAGMA wal_autocheckpoint=0");
database.exec("CREATE TABLE IF NOT EXISTS crash_filler(id INTEGER PRIMARY KEY, content BLOB)");
database.prepare("SELECT count(*) FROM crash_filler").get();

process.on("message", (request: WriterRequest) => {
  const reply: WriterReply = request.kind === "grow" ? grow(request.seed, request.bytes) : checkpoint();
  process.send?.(reply);
});
process.on("disconnect", () => process.exit(0));
process.send?.({ busy: false } satisfies WriterReply);

function grow(seed: number, bytes: number): WriterReply {
  const random = seeded(seed);
  const put = database.prepare("INSERT OR REPLACE INTO crash_filler(id, content) VALUES(?, ?)");
  database.exec("BEGIN");
  for (let done = 0; done < bytes; done += rowBytes) put.run(random.below(keptRows), random.bytes(rowBytes));
  database.exec("COMMIT");
  return { busy: false };
}

function checkpoint(): WriterReply {
  return { busy: database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.["busy"] !== 0 };
}
