/** Which process something belongs to, in words that still mean it after others got its number, and whether it still runs. */
import { readFile, readlink } from "node:fs/promises";

export interface ProcessIdentity {
  /** Of this start of this kernel. */
  readonly boot: string;
  /** In which this process's number means something. */
  readonly pidSpace: string;
  readonly pid: number;
  /** When the process began, in ticks since boot: numbers are given again. */
  readonly started: string;
}

export async function ownIdentity(): Promise<ProcessIdentity> {
  return { ...(await whereWeAre()), pid: process.pid, started: (await startOf(process.pid)) ?? "" };
}

/** Undefined where that cannot be told from here: another machine, another container, another boot of something. */
export async function isRunning(who: ProcessIdentity): Promise<boolean | undefined> {
  const here = await whereWeAre();
  if (who.boot !== here.boot || who.pidSpace !== here.pidSpace) return undefined;
  return (await startOf(who.pid)) === who.started;
}

/** Undefined where it is no identity. */
export function parseIdentity(value: unknown): ProcessIdentity | undefined {
  const { boot, pidSpace, pid, started } = (value ?? {}) as Partial<Record<keyof ProcessIdentity, unknown>>;
  const complete = typeof boot === "string" && typeof pidSpace === "string" && typeof started === "string";
  return complete && typeof pid === "number" && boot !== "" ? { boot, pidSpace, pid, started } : undefined;
}

async function whereWeAre(): Promise<Pick<ProcessIdentity, "boot" | "pidSpace">> {
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  return { boot: boot.trim(), pidSpace: await readlink("/proc/self/ns/pid").catch(() => "") };
}

/** Field 22 of /proc/PID/stat (proc(5)); the program's name before it may hold anything. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ")[19];
}
