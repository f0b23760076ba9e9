/** Bytes of a file, moved in pieces of which many are under way at once: the way to the server and back is waited for once. */
import type { Pace } from "../../base/pace.ts";
import type { SftpClient, SftpHandle } from "./sftp-client.ts";

/** `handle` of a file that was opened for it. */
export interface Transfer {
  readonly client: SftpClient;
  readonly handle: SftpHandle;
  readonly signal?: AbortSignal | undefined;
}

/** Writes all of `bytes`, from `offset` of the file on. They must stay unchanged until it settles, also when it was aborted. */
export async function writeAll({ client, handle, signal }: Transfer, bytes: Uint8Array, offset = 0): Promise<void> {
  const { line, writeBytes: pieceBytes } = client;
  await inPieces({ client, length: bytes.length, pieceBytes, pace: line?.upload, signal }, (at, size) =>
    client.write(handle, offset + at, bytes.subarray(at, at + size)),
  );
}

/** Fills `into` from `offset` on. How many bytes there were: fewer only where the file ends. */
export async function readInto(
  { client, handle, signal }: Transfer,
  offset: number,
  into: Uint8Array,
): Promise<number> {
  let end = into.length;
  const { line, readBytes: pieceBytes } = client;
  await inPieces({ client, length: into.length, pieceBytes, pace: line?.download, signal }, async (at, size) => {
    for (let done = 0; done < size; ) {
      const bytes = await client.read(handle, offset + at + done, size - done);
      if (bytes.length === 0) {
        end = Math.min(end, at + done);
        return;
      }
      into.set(bytes, at + done);
      done += bytes.length;
    }
  });
  return end;
}

interface Pieces {
  readonly client: SftpClient;
  readonly length: number;
  readonly pieceBytes: number;
  readonly pace: Pace | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The first failure or an abort ends it: no more are begun, those under way are waited for. */
async function inPieces(
  { client, length, pieceBytes, pace, signal }: Pieces,
  move: (at: number, size: number) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let failed: { readonly error: unknown } | undefined;
  const run = async (at: number, size: number): Promise<void> => {
    try {
      await move(at, size);
    } catch (error) {
      failed ??= { error };
    } finally {
      client.budget.give(size);
    }
  };
  for (let at = 0; at < length; at += pieceBytes) {
    const size = Math.min(pieceBytes, length - at);
    await client.budget.take(size);
    // An abort is seen below.
    await pace?.take(size, signal).catch(() => undefined);
    if (failed !== undefined || signal?.aborted) {
      client.budget.give(size);
      break;
    }
    const one = run(at, size).finally(() => underWay.delete(one));
    underWay.add(one);
  }
  await Promise.all(underWay);
  if (failed !== undefined) throw failed.error;
  signal?.throwIfAborted();
}
