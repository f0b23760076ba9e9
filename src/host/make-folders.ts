/** A folder and those above it. */
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCode } from "../base/errors.ts";

/**
 * As `mkdir` with `recursive`, which never ends where a file system claims that the parent it has is not there (Node 26.10 on /proc). A folder that
 * is there is left as it is. Rejects with the operating system's error.
 */
export async function makeFolders(path: string, mode: number): Promise<void> {
  const code = await made(path, mode);
  if (code === undefined) return;
  const above = dirname(path);
  if (code.code !== "ENOENT" || above === path) throw code.error;
  await makeFolders(above, mode);
  const again = await made(path, mode);
  if (again !== undefined) throw again.error;
}

async function made(path: string, mode: number): Promise<{ code: string | undefined; error: unknown } | undefined> {
  try {
    await mkdir(path, { mode });
    return undefined;
  } catch (error) {
    const code = systemCode(error);
    // Where it may not be made it may be there all the same: a read-only file system says so first.
    const isThere = code !== "ENOENT" && (await isFolder(path));
    return isThere ? undefined : { code, error };
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
