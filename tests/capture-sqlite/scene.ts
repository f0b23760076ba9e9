/** What each of these tests begins with and compares in the end: a source folder, a scratch folder, and their facts. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type BytePath, bytePath } from "../../src/base/byte-path.ts";
import { systemClock } from "../../src/base/clock.ts";
import { captureDatabase } from "../../src/host/sqlite/capture-database.ts";
import type { CapturedDatabase, CaptureKind } from "../../src/host/sqlite/captured-database.ts";
import { type CaptureOptions, holdDatabase } from "../../src/host/sqlite/hold-database.ts";
import { tempFolder } from "../support/temp-folder.ts";

export class Scene implements AsyncDisposable {
  readonly #folder: AsyncDisposable & { readonly path: string };
  #copies = 0;

  private constructor(folder: AsyncDisposable & { readonly path: string }) {
    this.#folder = folder;
    // Others must be able to get in: some captures run as another user.
    chmodSync(folder.path, 0o755);
    mkdirSync(this.source, { mode: 0o755 });
    mkdirSync(this.scratch);
  }

  static async create(name: string): Promise<Scene> {
    return new Scene(await tempFolder(`sqlite-${name}`));
  }

  get root(): string {
    return this.#folder.path;
  }

  get source(): string {
    return path.join(this.#folder.path, "source");
  }

  get scratch(): string {
    return path.join(this.#folder.path, "scratch");
  }

  get database(): string {
    return path.join(this.source, "webui.db");
  }

  get databasePath(): BytePath {
    return bytePath(this.database);
  }

  capture(options: Partial<CaptureOptions> = {}): Promise<CapturedDatabase> {
    return captureDatabase(this.databasePath, this.#options(options));
  }

  hold(options: Partial<CaptureOptions> = {}): Promise<CapturedDatabase> {
    return holdDatabase(this.databasePath, this.#options(options));
  }

  #options(options: Partial<CaptureOptions>): CaptureOptions {
    return { scratchDir: bytePath(this.scratch), clock: systemClock, ...options };
  }

  /** Writes the captured bytes to a new file, as a restore would, and releases. */
  async copyOf(captured: CapturedDatabase): Promise<string> {
    this.#copies += 1;
    const target = path.join(this.#folder.path, `copy-${this.#copies}.db`);
    await captured.copyTo(bytePath(target));
    assert.equal(statSync(target).size, captured.sizeBytes);
    await captured.release();
    return target;
  }

  /** Captures, and proves that it was exact and that nothing in the source folder is other than before, times included. */
  async captureUnnoticed(options: Partial<CaptureOptions> = {}): Promise<CaptureKind> {
    const before = factsOfFolder(this.source);
    await using captured = await this.capture(options);
    const rows = await rowsHash(captured);
    assert.equal(rowsHashOfFile(await this.copyOf(captured)), rows);
    assert.deepEqual(factsOfFolder(this.source), before);
    this.assertNoLeftovers();
    return captured.how;
  }

  /** Nothing of a capture is left behind in scratch. */
  assertNoLeftovers(): void {
    assert.deepEqual(readdirSync(this.scratch), []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Names, sizes, owners, modes, times and hashes of every file in a folder; folders below it are left out. */
export function factsOfFolder(folder: string): Record<string, unknown> {
  const facts: Record<string, unknown> = {};
  for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())) {
    const { ino, size, mode, uid, gid, mtimeNs, ctimeNs } = statSync(path.join(folder, name), { bigint: true });
    const hash = createHash("sha256")
      .update(readFileSync(path.join(folder, name)))
      .digest("hex");
    facts[name] = { ino, size, mode, uid, gid, mtimeNs, ctimeNs, hash };
  }
  return facts;
}

const everything = [
  "SELECT 'account' AS part, id, amount, NULL AS b, NULL AS note FROM account",
  "SELECT 'log', id, sender, receiver, note FROM log ORDER BY 1, 2",
].join(" UNION ALL ");

/** A hash over every row, as the capture sees them. */
export async function rowsHash(captured: CapturedDatabase): Promise<string> {
  return hashOfRows(await captured.query(everything));
}

/** The same over a plain database file, which must also be whole and balanced. */
export function rowsHashOfFile(file: string): string {
  using database = new DatabaseSync(file);
  assert.deepEqual(
    database
      .prepare("PRAGMA integrity_check")
      .all()
      .map((row) => row["integrity_check"]),
    ["ok"],
  );
  assert.equal(database.prepare("SELECT sum(amount) AS sum FROM account").get()?.["sum"], 20_000);
  return hashOfRows(database.prepare(everything).all());
}

function hashOfRows(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const hash = createHash("sha256");
  for (const row of rows) {
    for (const value of Object.values(row)) {
      hash.update(value instanceof Uint8Array ? value : String(value)).update("\0");
    }
  }
  return hash.digest("hex");
}
