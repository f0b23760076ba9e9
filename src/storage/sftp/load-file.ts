/** One file of an SFTP server, or a range of it, in as few ways there and back as it takes. */
import type { SftpClient, SftpHandle } from "../../host/sftp/sftp-client.ts";
import { readInto } from "../../host/sftp/transfer.ts";
import type { ByteRange } from "../storage.ts";

/** The file ends before what was asked for does. */
export class TooShortError extends Error {
  override readonly name = "TooShortError";
  readonly wanted: number;
  readonly got: number;

  constructor(wanted: number, got: number) {
    super(`${got} of ${wanted} bytes`);
    this.wanted = wanted;
    this.got = Math.max(0, got);
  }
}

interface OpenFile {
  readonly client: SftpClient;
  readonly handle: SftpHandle;
  readonly signal: AbortSignal | undefined;
}

export async function withOpenFile<T>(
  client: SftpClient,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal | undefined },
  work: (file: OpenFile) => Promise<T>,
): Promise<T> {
  const handle = await client.open(path, ["read"]);
  try {
    return await work({ client, handle, signal });
  } finally {
    // Nobody waits for the answer: a connection that ends closes it too.
    client.close(handle).catch(() => undefined);
  }
}

/** The size and the first piece are asked for together: most files of a repository but packs are no longer than that. */
export async function readWhole(file: OpenFile): Promise<Uint8Array<ArrayBuffer>> {
  const { client, handle } = file;
  const [{ sizeBytes }, first] = await Promise.all([client.fstat(handle), client.read(handle, 0, client.readBytes)]);
  if (sizeBytes === undefined) throw new Error("the server does not tell how long the file is");
  await client.line?.download.take(first.length, file.signal);
  const bytes = new Uint8Array(sizeBytes);
  bytes.set(first.subarray(0, sizeBytes));
  if (first.length >= sizeBytes) return bytes;
  const got = first.length + (await readInto(file, first.length, bytes.subarray(first.length)));
  if (got < sizeBytes) throw new TooShortError(sizeBytes, got);
  return bytes;
}

/** The size is asked for first: a range beyond the end must not make memory. */
export async function readRange(file: OpenFile, { offset, length }: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
  const { sizeBytes = Number.POSITIVE_INFINITY } = await file.client.fstat(file.handle);
  if (offset + length > sizeBytes) throw new TooShortError(length, sizeBytes - offset);
  const bytes = new Uint8Array(length);
  await fillRange(file, offset, bytes);
  return bytes;
}

export async function fillRange(file: OpenFile, offset: number, into: Uint8Array): Promise<void> {
  const got = await readInto(file, offset, into);
  if (got < into.length) throw new TooShortError(into.length, got);
}
