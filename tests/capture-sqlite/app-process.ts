/**
 * An app with a SQLite database, in a process of its own: does what its parent asks, or writes and checkpoints without a pause.
 * Each transaction moves money between accounts and logs it, so that a state that never existed gives itself away.
 */
import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { AppReply, AppRequest, LoopFigures, LoopKind } from "./app-protocol.ts";

const accounts = 20;
const longestLog = 400;
let main: DatabaseSync | undefined;
const others: DatabaseSync[] = [];
let loop: { stopped: boolean; readonly done: Promise<LoopFigures> } | undefined;

function openDatabase(path: string, setup: readonly string[], busyMs: number): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyMs });
  for (const sql of setup) database.exec(sql);
  return database;
}

function makeLedger(database: DatabaseSync): void {
  database.exec(`CREATE TABLE IF NOT EXISTS account(id INTEGER PRIMARY KEY, amount INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS log(id INTEGER PRIMARY KEY, sender INTEGER, receiver INTEGER, note BLOB);
    CREATE INDEX IF NOT EXISTS log_by_note ON log(note);`);
  const insert = database.prepare("INSERT OR IGNORE INTO account VALUES(?, 1000)");
  for (let id = 0; id < accounts; id++) insert.run(id);
}

function transfer(database: DatabaseSync, count: number): void {
  const [sender, receiver] = [count % accounts, (count * 7 + 3) % accounts];
  database.exec("BEGIN IMMEDIATE");
  try {
    database.prepare("UPDATE account SET amount = amount - 1 WHERE id = ?").run(sender);
    database.prepare("UPDATE account SET amount = amount + 1 WHERE id = ?").run(receiver);
    // Now and then one that is larger than SQLite's cache, and frees pages again.
    const rows = count % 97 === 0 ? 150 : 1 + (count % 3);
    const insert = database.prepare("INSERT INTO log(sender, receiver, note) VALUES(?, ?, ?)");
    for (let i = 0; i < rows; i++) insert.run(sender, receiver, randomBytes(40 + ((count * 131 + i) % 3000)));
    const { newest } = database.prepare("SELECT max(id) AS newest FROM log").get() as { newest: number };
    database.prepare("DELETE FROM log WHERE id < ?").run(newest - longestLog);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

const checkpointModes = ["PASSIVE", "FULL", "RESTART", "TRUNCATE"] as const;

function oneTurn(database: DatabaseSync, kind: LoopKind, count: number): void {
  if (kind === "write") transfer(database, count);
  else database.prepare(`PRAGMA wal_checkpoint(${checkpointModes[count % checkpointModes.length]})`).all();
}

async function runLoop(database: DatabaseSync, kind: LoopKind, isStopped: () => boolean): Promise<LoopFigures> {
  const figures = { turns: 0, busy: 0, longestMs: 0 };
  while (!isStopped()) {
    for (let i = 0; i < 10; i++) {
      const startMs = performance.now();
      try {
        oneTurn(database, kind, figures.turns);
      } catch (error) {
        if ((error as { errcode?: number }).errcode !== 5) throw error;
        figures.busy += 1;
      }
      figures.turns += 1;
      figures.longestMs = Math.max(figures.longestMs, performance.now() - startMs);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return figures;
}

async function answer(request: AppRequest): Promise<unknown> {
  switch (request.op) {
    case "open":
      main = openDatabase(request.path, request.setup, request.busyMs);
      if (request.ledger) makeLedger(main);
      return undefined;
    case "exec":
      main?.exec(request.sql);
      return undefined;
    case "rows":
      return main?.prepare(request.sql).all();
    case "transfer":
      if (main) for (let i = 0; i < request.times; i++) transfer(main, request.from + i);
      return undefined;
    case "read-elsewhere": {
      const reader = openDatabase(request.path, [], 0);
      reader.exec("BEGIN");
      reader.prepare("SELECT count(*) FROM account").get();
      others.push(reader);
      return undefined;
    }
    case "start": {
      const database = main;
      if (database === undefined) throw new Error("nothing is open");
      const running = { stopped: false };
      loop = Object.assign(running, { done: runLoop(database, request.kind, () => running.stopped) });
      return undefined;
    }
    case "stop":
      if (loop) loop.stopped = true;
      return await loop?.done;
    case "close":
      for (const reader of others.splice(0)) reader.close();
      main?.close();
      main = undefined;
      return undefined;
  }
}

process.on("message", async ({ id, request }: { id: number; request: AppRequest }) => {
  const reply: AppReply = await answer(request).then(
    (value) => ({ id, value }),
    (error: Error) => ({ id, failed: error.message }),
  );
  process.send?.(reply);
});
process.on("disconnect", () => process.exit());
