/** The folder a restore writes to: its state before, its free space, and the paths in it. */

import { readdir, realpath, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type BytePath, bytePath, joinPath } from "../../base/byte-path.ts";
import { ObhutError, reasonOf, systemCode } from "../../base/errors.ts";
import { makeFolders } from "../../host/make-folders.ts";
import type { RestorePlan } from "./restore-plan.ts";

/** Blocks are rounded up, and each entry takes an inode. */
const overheadBytes = 4096;

/** TARGET_NO_FOLDER; TARGET_FAILED; TARGET_NOT_EMPTY where something lies in it already and must not. What is not there is an empty folder. */
export async function requireFolder(target: string, overwrite: boolean): Promise<void> {
  const names = await readdir(target).catch((error: unknown) => {
    const code = systemCode(error);
    if (code === "ENOENT") return [];
    if (code === "ENOTDIR") throw new ObhutError("TARGET_NO_FOLDER", { target }, { cause: error });
    throw new ObhutError("TARGET_FAILED", { target, reason: reasonOf(error) }, { cause: error });
  });
  if (!overwrite && names.some((name) => name !== "lost+found")) throw new ObhutError("TARGET_NOT_EMPTY", { target });
}

/** Makes the folder; its real path, links resolved once and for all. */
export async function makeTarget(target: string): Promise<BytePath> {
  await makeFolders(target, 0o700);
  return bytePath(await realpath(target));
}

/** Bytes that the files of a plan need; those in `present` lie there already. */
export function neededBytes(plan: RestorePlan, present?: ReadonlySet<number>): number {
  let bytes = overheadBytes * (plan.folders.length + plan.symlinks.length + plan.specials.length);
  for (const [number, file] of plan.files.entries()) {
    if (!present?.has(number)) bytes += Math.ceil(file.sizeBytes / overheadBytes) * overheadBytes;
  }
  return bytes;
}

/** TARGET_NO_SPACE where the file system has less than `needed` bytes for this user. Looks at the nearest folder that is there. */
export async function requireSpace(target: string, needed: number): Promise<void> {
  const free = await freeBytes(target);
  if (free < needed) throw new ObhutError("TARGET_NO_SPACE", { target, needed, free });
}

async function freeBytes(path: string): Promise<number> {
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      const { bavail, bsize } = await statfs(at);
      return bavail * bsize;
    } catch (error) {
      if (systemCode(error) !== "ENOENT" || at === "/") throw error;
    }
  }
}

/** Where an entry goes. `relative` holds only names that the tree's decoder proved harmless. */
export function placeOf(root: BytePath, relative: BytePath): BytePath {
  return relative === "" ? root : joinPath(root, relative);
}
