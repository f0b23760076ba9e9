/** A real instance's data directory whose webui.db is SQLCipher's, made and read by SQLCipher itself. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { type JsonLine, type ObhutRun, obhut } from "../cli/run-obhut.ts";
import { makeRepository } from "../support/cheap-keys.ts";
import { unpackFixture } from "../support/fixture.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { toolFromEnvironment } from "../support/tool.ts";

const program = path.resolve(import.meta.dirname, "app.py");
export const passphrase = "a passphrase; with 'quotes'";

export type Mode = "delete" | "wal" | "exclusive";
export type End = "close" | "kill" | "stay";

/** What SQLCipher says of a database that it opened with the passphrase. */
export interface CipherRows {
  readonly damage: readonly unknown[];
  readonly sound: readonly unknown[];
  /** Rows of each table, and a hash over them. */
  readonly tables: Readonly<Record<string, readonly [count: number, hash: string]>>;
}

export interface EncryptedScene extends AsyncDisposable {
  readonly root: string;
  readonly dataDir: string;
  readonly envFile: string;
  readonly repository: string;
  /** Of the process that has the database open; undefined where it ended. */
  readonly pid: number | undefined;
  run(words: readonly string[]): Promise<ObhutRun>;
  /** With `--cold`, the environment's file and `--json`. */
  backUp(...words: string[]): Promise<ObhutRun>;
}

export async function encryptedScene(mode: Mode, end: End): Promise<EncryptedScene> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder(`encrypted-${mode}`));
  const fixture = stack.use(await unpackFixture());
  const { dataDir } = fixture;
  for (const name of await readdir(dataDir)) {
    // Vectors have tests of their own.
    if (/^(webui\.db|vector_db|cache)/.test(name)) await rm(path.join(dataDir, name), { recursive: true });
  }
  const app = await startApp(path.join(dataDir, "webui.db"), mode, end);
  stack.defer(() => app.stop());
  const envFile = path.join(folder.path, "env");
  const env = [`DATABASE_TYPE=sqlite+sqlcipher`, `DATABASE_PASSWORD="${passphrase}"`, "WEBUI_SECRET_KEY=secret"];
  await writeFile(envFile, `${env.join("\n")}\n`);
  const run = (words: readonly string[]): Promise<ObhutRun> => obhut(words, { env: { OBHUT_PASSWORD: "p" } });
  const repository = path.join(folder.path, "repository");
  await makeRepository(repository, "p");
  const own = stack.move();
  const cold = ["--data", dataDir, "--to", repository, "--env-file", envFile, "--json"];
  return {
    root: folder.path,
    dataDir,
    envFile,
    repository,
    pid: app.pid,
    run,
    backUp: (...words) => run(["backup", ...cold, ...words]),
    [Symbol.asyncDispose]: () => own.disposeAsync(),
  };
}

async function startApp(database: string, mode: Mode, end: End) {
  const child = spawn(toolFromEnvironment("OBHUT_TEST_SQLCIPHER"), [program, "make", database, mode, end], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  await once(child.stdout, "data");
  if (end !== "stay") await closed;
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await closed;
  };
  return { pid: end === "stay" ? child.pid : undefined, stop };
}

/** As SQLCipher reads them in a copy of the folder: opening it mends what a crash left. */
export async function rowsIn(folder: string): Promise<CipherRows> {
  await using copies = await tempFolder("encrypted-rows");
  const copy = path.join(copies.path, "data");
  await mkdir(copy);
  for (const name of await readdir(folder)) {
    // The -shm of a killed process is rebuilt; a restored folder has none.
    if (!name.startsWith("webui.db") || name.endsWith("-shm")) continue;
    await cp(path.join(folder, name), path.join(copy, name));
  }
  const words = [program, "rows", path.join(copy, "webui.db")];
  const { stdout } = await promisify(execFile)(toolFromEnvironment("OBHUT_TEST_SQLCIPHER"), words);
  return JSON.parse(stdout) as CipherRows;
}

export function findingsOf(json: readonly JsonLine[]): string[] {
  return json.filter(({ type }) => type === "finding").map(({ code }) => String(code));
}
