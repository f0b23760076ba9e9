/** The certificates that HTTPS needs, from the files a person named. */
import { readFile } from "node:fs/promises";
import { ObhutError, reasonOf } from "../base/errors.ts";
import { reason } from "../base/reason-codes.ts";
import type { TlsChoices } from "../host/http/tls-choices.ts";
import { trustedRoots } from "../host/http/trusted-roots.ts";
import type { TlsFiles } from "../plans/storage-options.ts";

/** Throws USAGE where a file cannot be read. */
export async function readCertificates({ ca, client }: TlsFiles): Promise<TlsChoices> {
  const roots = await orUsage(ca, () => trustedRoots(ca));
  const clientCertificate = client === undefined ? undefined : await orUsage(client, () => readFile(client, "utf8"));
  return { ca: roots, ...(clientCertificate && { clientCertificate }) };
}

async function orUsage<T>(file: string | undefined, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new ObhutError("USAGE", { reason: reason("fileUnreadable", { file: file ?? "", reason: reasonOf(error) }) });
  }
}
