/** Which processes of this machine hold locks on files or have them open, as far as /proc shows it. */
import { readdir, readFile, readlink, stat } from "node:fs/promises";

/** One line of /proc/locks (proc(5)). Pids are those of our own pid namespace; others are not listed. */
export interface HeldLock {
  readonly pid: number;
  readonly exclusive: boolean;
  readonly inode: bigint;
  /** First and last byte; Infinity for "to the end". */
  readonly from: number;
  readonly to: number;
}

const lockLine = /^\d+: (\w+)\s+\w+\s+(READ|WRITE)\s+(-?\d+) [0-9a-f]+:[0-9a-f]+:(\d+) (\d+) (\d+|EOF)$/;

/** The POSIX locks in `text`; lines of waiters (`->`), flock and leases are left out. */
export function parseLocks(text: string): HeldLock[] {
  const locks: HeldLock[] = [];
  for (const line of text.split("\n")) {
    const [, type, access, pid, inode, from, to] = lockLine.exec(line) ?? [];
    if (type !== "POSIX" && type !== "OFDLCK") continue;
    locks.push({
      pid: Number(pid),
      exclusive: access === "WRITE",
      inode: BigInt(inode ?? 0),
      from: Number(from),
      to: to === "EOF" ? Number.POSITIVE_INFINITY : Number(to),
    });
  }
  return locks;
}

/** All locks that can be seen; undefined where the system does not tell (gVisor, /proc not mounted). */
export async function heldLocks(): Promise<HeldLock[] | undefined> {
  const text = await readFile("/proc/locks", "utf8").catch(() => undefined);
  return text === undefined ? undefined : parseLocks(text);
}

export interface FileUser {
  readonly pid: number;
  /** The process's short name; empty where it cannot be read. */
  readonly name: string;
}

export interface FileUsers {
  readonly users: readonly FileUser[];
  /** Whether every process of the machine could be looked at, so that no users seen means none. */
  readonly complete: boolean;
}

/** The initial pid namespace's inode: PROC_PID_INIT_INO in Linux's include/linux/proc_ns.h. */
const initialPidNamespace = "pid:[4026531836]";

/** Who, beside this process, has a file with one of these `device:inode` names open or locked. */
export async function usersOfFiles(files: readonly { deviceId: bigint; inode: bigint }[]): Promise<FileUsers> {
  const wanted = new Set(files.map((file) => `${file.deviceId}:${file.inode}`));
  const inodes = new Set(files.map((file) => file.inode));
  const locks = await heldLocks();
  const pids = new Set((locks ?? []).filter((lock) => inodes.has(lock.inode)).map((lock) => lock.pid));
  let complete = locks !== undefined && (await seesEveryProcess());
  for (const pid of await listedPids()) {
    const open = await hasOpen(pid, wanted);
    if (open === undefined) complete = false;
    else if (open) pids.add(pid);
  }
  pids.delete(process.pid);
  return { users: await Promise.all([...pids].map(async (pid) => ({ pid, name: await processName(pid) }))), complete };
}

async function seesEveryProcess(): Promise<boolean> {
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return process.geteuid?.() === 0 && namespace === initialPidNamespace;
}

async function listedPids(): Promise<number[]> {
  const names = await readdir("/proc").catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Undefined where we may not look. A process that ended meanwhile has nothing open. */
async function hasOpen(pid: number, wanted: ReadonlySet<string>): Promise<boolean | undefined> {
  const folder = `/proc/${pid}/fd`;
  try {
    for (const fd of await readdir(folder)) {
      const target = await readlink(`${folder}/${fd}`).catch(() => "");
      if (!target.startsWith("/")) continue;
      const found = await stat(`${folder}/${fd}`, { bigint: true }).catch(() => undefined);
      if (found && wanted.has(`${found.dev}:${found.ino}`)) return true;
    }
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? false : undefined;
  }
}

export async function processName(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim();
}
