/** Sends a content's bytes into a new file of an SFTP server. */
import type { SftpClient, SftpHandle } from "../../../host/sftp/sftp-client.ts";
import { SftpStatusError } from "../../../host/sftp/sftp-connection.ts";
import { writeAll } from "../../../host/sftp/transfer.ts";
import type { PlaceContent, WriteOptions } from "../place.ts";

const fileMode = 0o600;

/** `path` is a name that nothing has. Synced where the server can. Rejects where the content has another length than it said. */
export async function sendFile(
  client: SftpClient,
  path: Buffer,
  content: PlaceContent,
  options: WriteOptions,
): Promise<void> {
  const handle = await client.open(path, ["write", "create", "exclusive"], { mode: fileMode });
  try {
    await fill(client, handle, content, options);
  } finally {
    await client.close(handle).catch(() => undefined);
  }
}

async function fill(
  client: SftpClient,
  handle: SftpHandle,
  content: PlaceContent,
  { modifiedMs, signal }: WriteOptions,
): Promise<void> {
  let at = 0;
  for await (const part of content.open()) {
    await writeAll({ client, handle, signal }, part, at);
    at += part.length;
  }
  const { sizeBytes = at } = await client.fstat(handle);
  if (at !== content.sizeBytes || sizeBytes !== at) throw new Error(`${sizeBytes} of ${content.sizeBytes} bytes came`);
  if (client.offers("fsync")) await client.fsync(handle);
  if (modifiedMs === undefined) return;
  const seconds = Math.max(0, Math.floor(modifiedMs / 1000));
  const times = { accessedSeconds: seconds, modifiedSeconds: seconds };
  await client.fsetstat(handle, { times }).catch((error: unknown) => {
    if (!(error instanceof SftpStatusError)) throw error;
  });
}
