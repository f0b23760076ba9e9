/** Fills a new file of a local place with a content's bytes. */
import { constants } from "node:fs";
import { copyFile, type FileHandle, open, unlink } from "node:fs/promises";
import { systemCode } from "../../../base/errors.ts";
import { syncFile, writeAll } from "../../../host/durable-write.ts";
import type { PlaceContent, WriteOptions } from "../place.ts";

const fileMode = 0o600;

/** `path` is a name that nothing has. Rejects where the content has another length than it said; the file is then worth nothing. */
export async function fillFile(
  path: Buffer,
  content: PlaceContent,
  { modifiedMs, durable, signal }: WriteOptions,
): Promise<void> {
  const cloned = content.file !== undefined && (await clone(content.file, path));
  await using file = await open(path, cloned ? "r+" : "wx", fileMode);
  if (!cloned) await copyBytes(file, content, signal);
  const { size } = await file.stat();
  if (size !== content.sizeBytes) throw new Error(`${size} of ${content.sizeBytes} bytes came`);
  await file.chmod(fileMode).catch(unlessUnsupported);
  if (modifiedMs !== undefined) await file.utimes(modifiedMs / 1000, modifiedMs / 1000).catch(unlessUnsupported);
  if (durable === "now") await syncFile(file);
}

/** Shares blocks where the file system can. Nothing is left where it cannot. */
async function clone(from: string, to: Buffer): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw error;
    await unlink(to).catch(() => undefined);
    return false;
  }
}

async function copyBytes(file: FileHandle, content: PlaceContent, signal: AbortSignal | undefined): Promise<void> {
  let at = 0;
  for await (const part of content.open()) {
    signal?.throwIfAborted();
    await writeAll(file, part, at);
    at += part.length;
  }
}

/** FAT and some shares know no modes, and set times for the owner only. */
function unlessUnsupported(error: unknown): void {
  if (!["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL"].includes(systemCode(error) ?? "")) throw error;
}
