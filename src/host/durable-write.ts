/**
 * Files that are whole after a power cut: written beside their name, synced, renamed, and the folder synced.
 * Order of the calls as in restic's internal/backend/local/local.go.
 */
import { randomBytes } from "node:crypto";
import { chmod, type FileHandle, link, lstat, open, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode } from "../base/errors.ts";
import { writeDirect } from "./direct-io.ts";

/** What a temporary file of `durableWrite` looks like: the final name, then this, then eight hex digits. */
const temporaryMark = "-tmp-";
export const temporaryPattern: RegExp = /-tmp-[0-9a-f]{8}$/;

export interface DurableWriteOptions {
  /** Permission bits the finished file has. File systems that know no modes are fine. */
  readonly mode: number;
  /** `never`: rejects with EEXIST where a file of that name is. Default `replace`. */
  readonly existing?: "replace" | "never";
}

/**
 * Stores `bytes` at `path`, whose folder exists. When it resolves they are durable under that name; when it rejects,
 * the name holds what it held before, or (when only syncing the folder failed) all of `bytes`.
 * Rejects with the operating system's error.
 */
export async function durableWrite(path: string, bytes: Uint8Array, options: DurableWriteOptions): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `${basename(path)}${temporaryMark}${randomBytes(4).toString("hex")}`);
  try {
    await writeWhole(temporary, bytes, options.mode);
    await (options.existing === "never" ? publishOnce(temporary, path) : rename(temporary, path));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}

async function writeWhole(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  await using file = await open(path, "wx", 0o600);
  const written = await writeDirect(path, bytes);
  await writeAll(file, bytes.subarray(written), written);
  const { size } = await file.stat();
  if (size !== bytes.length) throw new Error(`wrote ${size} of ${bytes.length} bytes to ${path}`);
  await file.chmod(mode).catch(ignoreUnsupported);
  await syncFile(file);
}

/** `pwrite` until every byte is written; a short write is continued. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new Error(`could not write more than ${done} of ${bytes.length} bytes`);
    done += bytesWritten;
  }
}

/** Gives a file its name unless something has it (EEXIST). A hard link never replaces anything; without them, a look before the rename has to do. */
export async function publishOnce(temporary: string | Buffer, path: string | Buffer): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(systemCode(error) ?? "")) throw error;
    const taken = await lstat(path).then(
      () => true,
      () => false,
    );
    if (taken) throw Object.assign(new Error(`EEXIST: file already exists, ${path}`), { code: "EEXIST" });
    await rename(temporary, path);
    return;
  }
  await unlink(temporary);
}

/** fsync; a file system that cannot sync is taken as it is. */
export async function syncFile(file: FileHandle): Promise<void> {
  await file.sync().catch(ignoreUnsupported);
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, "r");
  await folder.sync().catch(ignoreUnsupported);
}

/** Removes write protection where a file system refuses to unlink a read-only file, then unlinks. ENOENT is a success. */
export async function removeFile(path: string | Buffer): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT") return;
    if (code !== "EACCES" && code !== "EPERM") throw error;
    await chmod(path, 0o600);
    await unlink(path);
  }
}

function ignoreUnsupported(error: unknown): void {
  if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "ENOTTY", "EPERM"].includes(systemCode(error) ?? "")) throw error;
}
