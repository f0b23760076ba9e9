/** Which processes of this machine hold locks on files or have them open, as far as /proc shows it. */
import { readdirSync, readlinkSync } from "node:fs";
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { systemCode } from "../base/errors.ts";
import { limits } from "../base/limits.ts";

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
  /** True when no users seen means that there are none: every process of the machine was looked at. */
  readonly complete: boolean;
}

/** The initial pid namespace's inode: PROC_PID_INIT_INO in Linux's include/linux/proc_ns.h. */
const initialPidNamespace = "pid:[4026531836]";

/** Who, beside this process, has one of these files open or holds a lock on it. Who holds a lock is not looked up twice. */
export async function usersOfFiles(files: readonly { deviceId: bigint; inode: bigint }[]): Promise<FileUsers> {
  const inodes = new Set(files.map((file) => file.inode));
  const locks = await heldLocks();
  const pids = new Set((locks ?? []).filter((lock) => inodes.has(lock.inode)).map((lock) => lock.pid));
  pids.delete(process.pid);
  let complete = false;
  if (pids.size === 0) {
    const openers = await openersOf(new Set(files.map((file) => `${file.deviceId}:${file.inode}`)));
    complete = openers.complete && locks !== undefined && (await seesEveryProcess());
    for (const pid of openers.pids) pids.add(pid);
  }
  return { users: await Promise.all([...pids].map(async (pid) => ({ pid, name: await processName(pid) }))), complete };
}

/** `wanted`: `device:inode` of each file. */
async function openersOf(wanted: ReadonlySet<string>): Promise<{ pids: number[]; complete: boolean }> {
  const pids: number[] = [];
  let complete = true;
  let looksLeft: number = limits.descriptorsLookedAt;
  for (const pid of (await listedPids()).filter((listed) => listed !== process.pid)) {
    const descriptors = descriptorsOf(pid);
    looksLeft -= descriptors?.length ?? 0;
    if (descriptors === undefined || looksLeft < 0) complete = false;
    else if (await leadsTo(descriptors, wanted)) pids.push(pid);
  }
  return { pids, complete };
}

async function seesEveryProcess(): Promise<boolean> {
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return process.geteuid?.() === 0 && namespace === initialPidNamespace;
}

async function listedPids(): Promise<number[]> {
  const names = await readdir("/proc").catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

/**
 * Undefined where we may not look. A process that ended meanwhile has nothing open. At once, because the kernel answers from memory in
 * microseconds, and there are hundreds of processes.
 */
function descriptorsOf(pid: number): string[] | undefined {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).map((fd) => `${folder}/${fd}`);
  } catch (error) {
    return systemCode(error) === "ENOENT" ? [] : undefined;
  }
}

async function leadsTo(descriptors: readonly string[], wanted: ReadonlySet<string>): Promise<boolean> {
  for (const descriptor of descriptors) {
    if (!leadsToFile(descriptor)) continue;
    // Not at once: the file may lie on a mount that is dead.
    const found = await stat(descriptor, { bigint: true }).catch(() => undefined);
    if (found && wanted.has(`${found.dev}:${found.ino}`)) return true;
  }
  return false;
}

/** Sockets, pipes and the like have no path. */
function leadsToFile(descriptor: string): boolean {
  try {
    const target = readlinkSync(descriptor);
    return target.startsWith("/") && target !== "/dev/null";
  } catch {
    return false;
  }
}

export async function processName(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim();
}
