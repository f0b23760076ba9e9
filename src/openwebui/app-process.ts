/**
 * The running app: the process that has webui.db open, or holds a lock on it (in WAL mode each connection holds one on the
 * -shm as long as it is open: SQLite's os_unix.c, the DMS byte). Source of the files: proc(5).
 */
import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { bytePath } from "../base/byte-path.ts";
import { usersOfFiles } from "../host/processes.ts";
import { factsOf } from "../host/sqlite/database-files.ts";
import { parseProcessEnvironment } from "./env-file.ts";
import { secretKeyFileName } from "./keys.ts";

export interface AppProcess {
  readonly pid: number;
  /** As /proc has it, NUL between variables; absent where this user may not read it. */
  readonly environment?: Uint8Array;
  readonly variables: ReadonlyMap<string, string>;
  /** `.webui_secret_key` of its working directory, inside its own container where it has one. */
  readonly secretKeyFile?: Uint8Array;
  readonly commandLine: readonly string[];
}

/** Undefined where nothing holds the database open, or the holder can't be seen from here. Never rejects. */
export async function findAppProcess(database: string): Promise<AppProcess | undefined> {
  const facts = await Promise.all(
    [database, `${database}-shm`].map((path) => factsOf(bytePath(path)).catch(() => undefined)),
  );
  const { users } = await usersOfFiles(facts.filter((file) => file !== undefined));
  for (const { pid } of users) {
    const found = await describe(pid);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Programs of our own kind (a reader such as this one) are not the app. */
async function describe(pid: number): Promise<AppProcess | undefined> {
  const folder = `/proc/${pid}`;
  const program = await readlink(join(folder, "exe")).catch(() => "");
  if (pid === process.pid || program === process.execPath) return undefined;
  const bytes = await readFile(join(folder, "environ")).catch(() => undefined);
  const key = await readFile(join(folder, "cwd", secretKeyFileName)).catch(() => undefined);
  const command = await readFile(join(folder, "cmdline"), "utf8").catch(() => "");
  return {
    pid,
    variables: bytes === undefined ? new Map() : parseProcessEnvironment(bytes),
    commandLine: command.split("\0").filter((word) => word !== ""),
    ...(bytes === undefined ? {} : { environment: bytes }),
    ...(key === undefined ? {} : { secretKeyFile: key }),
  };
}
