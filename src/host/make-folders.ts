/** A folder and those above it. */
import { lstat, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCode } from "../base/errors.ts";

/**
 * As `mkdir` with `recursive`, which never ends where a file system claims that the parent it has is not there (Node 26.10 on /proc). A folder that
 * is there is left as it is. Rejects with the operating system's error.
 */
export async function makeFolders(path: string, mode: number): Promise<void> {
  const refused = await make(path, mode);
  if (refused === undefined) return;
  const above = dirname(path);
  if (systemCode(refused.error) !== "ENOENT" || above === path) throw refused.error;
  await makeFolders(above, mode);
  const again = await make(path, mode);
  if (again !== undefined) throw again.error;
}

/** Why there is no folder at this path; undefined where there is one now. */
async function make(path: string, mode: number): Promise<{ readonly error: unknown } | undefined> {
  try {
    await mkdir(path, { mode });
    return undefined;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return { error };
    return await whyNoFolder(path, error);
  }
}

/**
 * Where a folder may not be made it may be there all the same: a read-only file system says so first. What was in the way may be gone
 * again, when somebody removes it meanwhile: then it is missing, which the caller mends.
 */
async function whyNoFolder(path: string, error: unknown): Promise<{ readonly error: unknown } | undefined> {
  try {
    const there = await lstat(path);
    const isFolder = there.isSymbolicLink() ? (await stat(path)).isDirectory() : there.isDirectory();
    return isFolder ? undefined : { error };
  } catch (gone) {
    const isMissing = systemCode(gone) === "ENOENT" && (gone as NodeJS.ErrnoException).syscall === "lstat";
    return { error: isMissing ? gone : error };
  }
}
