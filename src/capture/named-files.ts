/** Files outside of the data directory that a person named. One that can't be read ends the capture before anything is stored. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { bytePath } from "../base/byte-path.ts";
import { ObhutError, reasonOf } from "../base/errors.ts";
import { limits, MiB } from "../base/limits.ts";
import { type Reason, reason } from "../base/reason-codes.ts";
import type { EntryMeta } from "../repository/source-entry.ts";
import { type MetaContext, readEntryMeta } from "./entry-meta.ts";

export interface DeploymentFile {
  readonly name: string;
  readonly meta: EntryMeta;
  readonly bytes: Uint8Array;
}

/** Errors: USAGE. */
export async function readNamedFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Compose file, .env and the like, by their names; a second file of the same name gets a number. Errors: USAGE. */
export async function readDeploymentFiles(paths: readonly string[], context: MetaContext): Promise<DeploymentFile[]> {
  const files = new Map<string, DeploymentFile>();
  for (const path of paths) {
    const meta = await metaOf(path, context);
    const bytes = await readNamedFile(path);
    const plain = basename(path);
    let name = plain;
    for (let number = 2; files.has(name); number++) name = `${plain}.${number}`;
    files.set(name, { name, meta: { ...meta, sizeBytes: bytes.length }, bytes });
  }
  return [...files.values()];
}

async function metaOf(path: string, context: MetaContext): Promise<EntryMeta> {
  const meta = await readEntryMeta(bytePath(path), context, "follow").catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (meta.kind !== "file") throw usage(reason("notAFile", { path }));
  if (meta.sizeBytes > limits.deploymentFileBytes) {
    throw usage(reason("fileTooLarge", { file: path, limit: limits.deploymentFileBytes / MiB }));
  }
  return meta;
}

function unreadable(path: string, error: unknown): ObhutError {
  return usage(reason("fileUnreadable", { file: path, reason: reasonOf(error) }), error);
}

function usage(why: Reason, cause?: unknown): ObhutError {
  return new ObhutError("USAGE", { reason: why }, { cause });
}
