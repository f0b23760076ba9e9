/** A real instance's data, places for plain copies, and what other programs say of what lies in them. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { unpackFixture } from "../support/fixture.ts";
import { type ObhutRun, runObhut } from "../support/run-obhut.ts";
import { tempFolder } from "../support/temp-folder.ts";

export interface CopyScene extends AsyncDisposable {
  readonly data: string;
  readonly folder: string;
  /** Absolute path of something in the scene's folder. */
  at(...names: readonly string[]): string;
  /** `obhut` with the scene's environment. */
  obhut(...words: readonly string[]): Promise<ObhutRun>;
  /** The same, and it must end with 0. */
  done(...words: readonly string[]): Promise<string>;
  backup(...words: readonly string[]): Promise<ObhutRun>;
}

/** `more`: what its calls find in their environment too. */
export async function copyScene(more: Readonly<Record<string, string>> = {}): Promise<CopyScene> {
  const fixture = await unpackFixture();
  const temp = await tempFolder("plain");
  const env = { OBHUT_PASSWORD: "p", RESTIC_PASSWORD: "p", OBHUT_SCRATCH: temp.path, ...more };
  const obhut = (...words: readonly string[]): Promise<ObhutRun> => runObhut(words, env);
  return {
    data: fixture.dataDir,
    folder: temp.path,
    at: (...names) => join(temp.path, ...names),
    obhut,
    done: async (...words) => {
      const run = await obhut(...words);
      assert.equal(run.code, 0, run.stderr + run.stdout);
      return run.stdout;
    },
    backup: (...words) => obhut("backup", "--data", fixture.dataDir, ...words),
    [Symbol.asyncDispose]: async () => {
      await temp[Symbol.asyncDispose]();
      await fixture[Symbol.asyncDispose]();
    },
  };
}

/** Names in a folder, but for the place's own marker. */
export async function copiesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name !== "obhut-place.json").sort();
}

/** coreutils reads every file and compares its sum. */
export function assertSums(folder: string): void {
  execFileSync("sha256sum", ["--check", "--quiet", "--strict", "SHA256SUMS"], { cwd: folder, stdio: "pipe" });
}

/** What SQLite says of a database: `ok`, then the rows of the query. */
export function sqlite(database: string, query: string): string[] {
  const sql = `PRAGMA integrity_check; ${query}`;
  return execFileSync("sqlite3", ["-readonly", database, sql], { encoding: "utf8" }).trim().split("\n");
}
