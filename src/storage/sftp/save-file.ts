/**
 * One file, whole or not at all: written under a name that is no id, synced, then renamed (docs/decisions/0101). The folder cannot be
 * synced over SFTP; the name is as durable as the server's file system makes a rename.
 */
import { randomBytes } from "node:crypto";
import { fileKind } from "../../host/sftp/attributes.ts";
import { isStatus, type SftpClient, type SftpHandle, type SftpPath } from "../../host/sftp/sftp-client.ts";
import { SftpStatusError } from "../../host/sftp/sftp-connection.ts";
import { writeAll } from "../../host/sftp/transfer.ts";

export interface SavedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Never takes the place of a file that is there; else one of another length gives way. */
  readonly once: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told the temporary file's name where it could not be removed. */
  readonly onLeft: (temporary: string) => void;
}

/** A file of that name is there already. */
export class AlreadyThereError extends Error {
  override readonly name = "AlreadyThereError";
}

/** As restic's: nobody else may look, and nobody writes a finished file again. */
const fileMode = 0o400;
const ownerWrites = 0o600;

export async function saveFile(client: SftpClient, file: SavedFile): Promise<void> {
  const temporary = `${file.path}-tmp-${randomBytes(4).toString("hex")}`;
  const handle = await client.open(temporary, ["write", "create", "exclusive"], { mode: ownerWrites });
  try {
    await fill(client, handle, file);
    await publish(client, temporary, file);
  } catch (error) {
    await client.remove(temporary).catch((failed: unknown) => {
      if (!isStatus(failed, "noSuchFile")) file.onLeft(temporary);
    });
    throw error;
  }
}

async function fill(client: SftpClient, handle: SftpHandle, { bytes, signal }: SavedFile): Promise<void> {
  try {
    await writeAll({ client, handle, signal }, bytes);
    const { sizeBytes = bytes.length } = await client.fstat(handle);
    if (sizeBytes !== bytes.length) throw new Error(`wrote ${sizeBytes} of ${bytes.length} bytes`);
    if (client.offers("fsync")) await client.fsync(handle);
    // Windows and some NAS know no modes.
    await client.fsetstat(handle, { mode: fileMode }).catch(unlessRefused);
  } catch (error) {
    await client.close(handle).catch(() => undefined);
    throw error;
  }
  await client.close(handle);
}

async function publish(client: SftpClient, temporary: string, { path, bytes, once }: SavedFile): Promise<void> {
  if (once) {
    if (await isThere(client, path)) throw new AlreadyThereError(path);
    await renameOnce(client, temporary, path);
  } else if (client.offers("posixRename")) {
    await client.posixRename(temporary, path);
  } else {
    await replace(client, temporary, { path, sizeBytes: bytes.length });
  }
}

/** A hard link never replaces anything, and neither does the protocol's own rename. */
async function renameOnce(client: SftpClient, temporary: string, path: string): Promise<void> {
  try {
    await client.rename(temporary, path);
  } catch (error) {
    if (isRefusal(error) && (await isThere(client, path))) throw new AlreadyThereError(path);
    throw error;
  }
}

/** Without a rename that replaces, a truncated file is removed first: nobody can have read it as what its name says. */
async function replace(
  client: SftpClient,
  temporary: string,
  { path, sizeBytes }: { readonly path: string; readonly sizeBytes: number },
): Promise<void> {
  try {
    await client.rename(temporary, path);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const there = await client.stat(path).catch(() => undefined);
    if (there === undefined) throw error;
    if (there.sizeBytes === sizeBytes) return await client.remove(temporary);
    await removeFile(client, path);
    await client.rename(temporary, path);
  }
}

/** One that is not there is a success. Where a server refuses to remove a read-only file, the protection goes first. */
export async function removeFile(client: SftpClient, path: SftpPath): Promise<void> {
  try {
    await client.remove(path);
  } catch (error) {
    if (isStatus(error, "noSuchFile")) return;
    if (!isRefusal(error)) throw error;
    const there = await client.lstat(path).catch(() => undefined);
    if (there === undefined || fileKind(there) === "folder") throw error;
    await client.setstat(path, { mode: ownerWrites }).catch(() => {
      throw error;
    });
    await client.remove(path);
  }
}

async function isThere(client: SftpClient, path: string): Promise<boolean> {
  try {
    await client.lstat(path);
    return true;
  } catch (error) {
    if (isStatus(error, "noSuchFile")) return false;
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof SftpStatusError;
}

function unlessRefused(error: unknown): void {
  if (!isRefusal(error)) throw error;
}
