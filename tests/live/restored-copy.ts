/** What a data directory holds, read without the app: rows of each person, and whether the parts fit each other. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { glob } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { PersonState } from "./history.ts";

/** Opens every SQLite file, asks it whether it is whole, and compares rows with files. One sentence for each fault. */
export async function faultsOf(dataDir: string): Promise<string[]> {
  const faults: string[] = [];
  const databases = await Array.fromAsync(glob("**/*.{db,sqlite3}", { cwd: dataDir }));
  for (const wanted of ["webui.db", "vector_db/chroma.sqlite3"]) {
    if (!databases.includes(wanted)) faults.push(`${wanted} is missing`);
  }
  for (const file of databases) {
    if (existsSync(path.join(dataDir, `${file}-wal`))) faults.push(`${file} has a -wal beside it`);
    using db = new DatabaseSync(path.join(dataDir, file), { readOnly: true });
    const verdict = db.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
    if (verdict !== "ok") faults.push(`${file}: integrity_check says ${verdict}`);
    // Chroma itself leaves rows that point nowhere, so only the app's database is asked.
    const orphans = file === "webui.db" ? db.prepare("PRAGMA foreign_key_check").all().length : 0;
    if (orphans > 0) faults.push(`${file}: ${orphans} rows point to rows that are not there`);
  }
  if (faults.length === 0) faults.push(...uploadFaults(dataDir));
  return faults;
}

/** Each row of `file` has its upload, as long as the row says. */
function uploadFaults(dataDir: string): string[] {
  using db = openApp(dataDir);
  const rows = db.prepare("SELECT id, path, json_extract(meta, '$.size') AS size FROM file").all();
  return rows.flatMap((row) => {
    const upload = uploadOf(dataDir, String(row["path"]));
    if (!existsSync(upload)) return [`file ${row["id"]} has no upload`];
    const size = statSync(upload).size;
    return size === row["size"] ? [] : [`upload of file ${row["id"]} has ${size} bytes, its row says ${row["size"]}`];
  });
}

/** The rows of one person, with the hash of each upload as it lies in the copy. */
export function personState(dataDir: string, userId: string): PersonState {
  using db = openApp(dataDir);
  const all = (sql: string): Record<string, unknown>[] => db.prepare(sql).all(userId);
  const messages = "(SELECT count(*) FROM json_each(chat.chat, '$.history.messages'))";
  return {
    chats: new Map(
      all(`SELECT id, ${messages} AS n FROM chat WHERE user_id = ?`).map((row) => [
        String(row["id"]),
        Number(row["n"]),
      ]),
    ),
    files: new Map(
      all("SELECT id, path FROM file WHERE user_id = ?").map((row) => [
        String(row["id"]),
        sha256(uploadOf(dataDir, String(row["path"]))),
      ]),
    ),
    known: new Set(all("SELECT file_id FROM knowledge_file WHERE user_id = ?").map((row) => String(row["file_id"]))),
    memories: new Set(all("SELECT id FROM memory WHERE user_id = ?").map((row) => String(row["id"]))),
  };
}

function openApp(dataDir: string): DatabaseSync {
  return new DatabaseSync(path.join(dataDir, "webui.db"), { readOnly: true });
}

/** A row's path is the one it was written under; the name at its end is the upload's. */
function uploadOf(dataDir: string, rowPath: string): string {
  return path.join(dataDir, "uploads", path.basename(rowPath));
}

function sha256(file: string): string {
  return existsSync(file) ? createHash("sha256").update(readFileSync(file)).digest("hex") : "no such file";
}
