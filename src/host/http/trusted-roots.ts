/** Who may vouch for a server, and who we are to it. */
import { readFile } from "node:fs/promises";
import { getCACertificates } from "node:tls";

/**
 * PEM certificates: those of `file` alone, else this machine's, which an administrator may have added to; where it has none, those that
 * Node brings. Rejects with the file's error.
 */
export async function trustedRoots(file: string | undefined): Promise<readonly string[]> {
  if (file !== undefined) return [await readFile(file, "utf8")];
  const system = getCACertificates("system");
  return [...(system.length > 0 ? system : getCACertificates("bundled")), ...getCACertificates("extra")];
}
