/**
 * The running app: the process that holds webui.db open, found through the kernel's table of locks (in WAL mode each
 * connection holds one on the -shm as long as it is open) or through the open files of processes.
 * Sources: proc(5), proc_locks(5); SQLite's os_unix.c (the lock on the -shm's DMS byte).
 */
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
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

/** Looking through more open files than this takes longer than it is worth. */
const maxFilesLookedAt = 20_000;

/** Undefined where nothing holds the database open, or the holder can't be seen from here. Never rejects. */
export async function findAppProcess(database: string, proc = "/proc"): Promise<AppProcess | undefined> {
  const files = (await Promise.all([`${database}-shm`, database].map(identify))).filter((id) => id !== undefined);
  if (files.length === 0) return undefined;
  const candidates = [...(await lockHolders(proc, files)), ...(await openers(proc, files))];
  for (const pid of new Set(candidates)) {
    const found = await describe(proc, pid);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

async function identify(path: string): Promise<FileIdentity | undefined> {
  return stat(path, { bigint: true }).then(
    (found) => ({ device: found.dev, inode: found.ino }),
    () => undefined,
  );
}

/** A line: `1: POSIX  ADVISORY  READ 1234 fe:00:131 128 128`; the inode alone is compared, the process's open files prove it. */
async function lockHolders(proc: string, files: readonly FileIdentity[]): Promise<readonly number[]> {
  const table = await readFile(join(proc, "locks"), "utf8").catch(() => "");
  const pids: number[] = [];
  for (const line of table.split("\n")) {
    const [, pid, inode] = /\s(\d+)\s+[0-9a-f]+:[0-9a-f]+:(\d+)\s/.exec(line) ?? [];
    if (pid !== undefined && files.some((file) => String(file.inode) === inode)) pids.push(Number(pid));
  }
  const proven = await Promise.all(pids.map((pid) => opens(proc, pid, files, { left: maxFilesLookedAt })));
  return pids.filter((_, i) => proven[i]);
}

async function openers(proc: string, files: readonly FileIdentity[]): Promise<readonly number[]> {
  const budget = { left: maxFilesLookedAt };
  const pids: number[] = [];
  for (const name of await readdir(proc).catch(() => [])) {
    if (/^\d+$/.test(name) && (await opens(proc, Number(name), files, budget))) pids.push(Number(name));
  }
  return pids;
}

async function opens(
  proc: string,
  pid: number,
  files: readonly FileIdentity[],
  budget: { left: number },
): Promise<boolean> {
  const folder = join(proc, String(pid), "fd");
  for (const name of await readdir(folder).catch(() => [])) {
    if (budget.left-- <= 0) return false;
    const open = await identify(join(folder, name));
    if (open !== undefined && files.some((file) => file.inode === open.inode && file.device === open.device))
      return true;
  }
  return false;
}

/** Programs of our own kind (a reader such as this one) are not the app. */
async function describe(proc: string, pid: number): Promise<AppProcess | undefined> {
  const folder = join(proc, String(pid));
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
