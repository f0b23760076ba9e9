/** Folders of a repository on an SFTP server. */
import { posix } from "node:path";
import { fileKind } from "../../host/sftp/attributes.ts";
import { isStatus, type SftpClient, type SftpPath } from "../../host/sftp/sftp-client.ts";
import { SftpStatusError } from "../../host/sftp/sftp-connection.ts";

/** As restic's: nobody else may look. */
const folderMode = 0o700;

/** With those above it. */
export async function makeFolders(client: SftpClient, path: string): Promise<void> {
  try {
    await makeFolder(client, path);
  } catch (error) {
    const above = posix.dirname(path);
    if (!isStatus(error, "noSuchFile") || above === path) throw error;
    await makeFolders(client, above);
    await makeFolder(client, path);
  }
}

/** One that is there is a success. */
export async function makeFolder(client: SftpClient, path: SftpPath): Promise<void> {
  try {
    await client.makeFolder(path, { mode: folderMode });
  } catch (error) {
    if (!(error instanceof SftpStatusError)) throw error;
    const there = await client.stat(path).catch(() => undefined);
    if (there === undefined || fileKind(there) !== "folder") throw error;
  }
}
