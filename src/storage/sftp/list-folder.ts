/** What lies in one folder of a repository on an SFTP server. */
import { posix } from "node:path";
import { isId } from "../../base/ids.ts";
import { temporaryPattern } from "../../host/durable-write.ts";
import { type FileAttributes, fileKind } from "../../host/sftp/attributes.ts";
import { isStatus, type SftpClient } from "../../host/sftp/sftp-client.ts";
import type { StoredFile } from "../storage.ts";

export interface ListedFolder {
  readonly files: readonly StoredFile[];
  /** Paths of temporary files, of runs that died or are at work. */
  readonly temporaries: readonly { readonly path: string; readonly modifiedMs: number }[];
}

/** A folder that is not there is empty. */
export async function listFolder(client: SftpClient, folder: string): Promise<ListedFolder> {
  const files: StoredFile[] = [];
  const temporaries: { path: string; modifiedMs: number }[] = [];
  try {
    for await (const { name, attributes } of client.readFolder(folder)) {
      const text = name.toString("latin1");
      const path = posix.join(folder, text);
      const when = modifiedMs(attributes);
      if (temporaryPattern.test(text) && when !== undefined) temporaries.push({ path, modifiedMs: when });
      const file = isId(text) ? await storedFile(client, { name: text, path, attributes }) : undefined;
      if (file !== undefined) files.push(file);
    }
  } catch (error) {
    if (!isStatus(error, "noSuchFile")) throw error;
  }
  return { files, temporaries };
}

/** Undefined for what is no file. A server that tells no size with the name, or a link, is asked. */
async function storedFile(
  client: SftpClient,
  { name, path, attributes }: { name: string; path: string; attributes: FileAttributes },
): Promise<StoredFile | undefined> {
  const told = fileKind(attributes) === "file" && attributes.sizeBytes !== undefined;
  const found = told ? attributes : await client.stat(path).catch(undefinedIfMissing);
  if (found?.sizeBytes === undefined || !["file", "untold"].includes(fileKind(found))) return undefined;
  const when = modifiedMs(found);
  return { name, sizeBytes: found.sizeBytes, ...(when === undefined ? {} : { modifiedMs: when }) };
}

function modifiedMs({ times }: FileAttributes): number | undefined {
  return times === undefined ? undefined : times.modifiedSeconds * 1000;
}

function undefinedIfMissing(error: unknown): undefined {
  if (!isStatus(error, "noSuchFile")) throw error;
}
