/**
 * A folder of our own for private copies: bounded by the free space that is really there, and always removed. What a killed
 * run left behind is swept by the next one.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { ObhutError, reasonOf, systemCode } from "../base/errors.ts";
import { MiB } from "../base/limits.ts";
import { isRunning, ownIdentity, type ProcessIdentity, parseIdentity } from "./process-identity.ts";

const prefix = "obhut-scratch-";
/** Left free for everybody else on that disk. */
const keptFreeBytes = 64 * MiB;
/** A folder whose owner can't be asked (another container, another machine) is left alone this long. */
const foreignAgeMs = 24 * 3_600_000;

export interface ScratchOptions {
  /** Where the folder is made; it must be there. Best on the file system of the data, outside of the data directory. */
  readonly parent: string;
  readonly clock: Clock;
}

export class Scratch implements AsyncDisposable {
  readonly folder: string;
  private readonly parent: string;

  private constructor(parent: string, folder: string) {
    this.parent = parent;
    this.folder = folder;
  }

  /** Sweeps what dead runs left, then makes the folder, readable by this user alone. Error: SCRATCH_FAILED. */
  static async open({ parent, clock }: ScratchOptions): Promise<Scratch> {
    try {
      await sweep(parent, clock);
      const folder = await mkdtemp(join(parent, prefix));
      await writeFile(join(folder, "owner"), JSON.stringify(await ownIdentity()));
      return new Scratch(parent, folder);
    } catch (error) {
      throw new ObhutError("SCRATCH_FAILED", { path: parent, reason: reasonOf(error) }, { cause: error });
    }
  }

  /** Error SCRATCH_NO_SPACE where `bytes` more would not leave enough free. */
  async require(bytes: number): Promise<void> {
    const disk = await statfs(this.parent);
    const free = disk.bavail * disk.bsize;
    if (free < bytes + keptFreeBytes) {
      throw new ObhutError("SCRATCH_NO_SPACE", { path: this.parent, needed: bytes + keptFreeBytes, free });
    }
  }

  /** A folder inside, emptied where it was there. */
  async subfolder(name: string): Promise<string> {
    const path = join(this.folder, name);
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function sweep(parent: string, clock: Clock): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const folder = join(parent, name);
    if (await isAbandoned(folder, clock)) await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

async function isAbandoned(folder: string, clock: Clock): Promise<boolean> {
  try {
    const found = await stat(folder);
    if (!found.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid)) return false;
    const owner = parsedOwner(await readFile(join(folder, "owner"), "utf8"));
    const running = owner && (await isRunning(owner));
    if (running !== undefined) return !running;
    return clock.nowMs() - found.mtimeMs > foreignAgeMs;
  } catch (error) {
    // Made this very moment, or killed before it was signed.
    if (systemCode(error) !== "ENOENT") return false;
    const found = await stat(folder).catch(() => undefined);
    return found !== undefined && clock.nowMs() - found.mtimeMs > foreignAgeMs;
  }
}

function parsedOwner(json: string): ProcessIdentity | undefined {
  try {
    return parseIdentity(JSON.parse(json));
  } catch {
    return undefined;
  }
}
