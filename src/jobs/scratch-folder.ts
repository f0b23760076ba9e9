/** Where private copies are put that a capture needs for a moment. */
import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { relative, resolve } from "node:path";
import type { Environment } from "./parts.ts";

/**
 * OBHUT_SCRATCH, TMPDIR, then /var/tmp: /tmp is often memory, and Chroma's files may be larger than that. Never inside of the data
 * directory, where nothing is written.
 */
export function scratchParent(env: Environment, dataDirectory?: string): string {
  const named = [env["OBHUT_SCRATCH"], env["TMPDIR"], "/var/tmp"];
  const usable = named.find(
    (folder) => folder && isWritable(folder) && !(dataDirectory && isInside(folder, dataDirectory)),
  );
  return resolve(usable ?? tmpdir());
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isInside(folder: string, outer: string): boolean {
  const path = relative(resolve(outer), resolve(folder));
  return path === "" || !path.startsWith("..");
}
