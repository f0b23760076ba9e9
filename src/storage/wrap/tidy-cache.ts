/** Keeps the cache of all repositories within its bound, and clears what nobody used for long. */
import { readdir, readFile, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";

/** Bryan Ford's Cache Directory Tagging: the first line is what programs look for (https://bford.info/cachedir/). */
export const tagFile = "CACHEDIR.TAG";
const tagLine = "Signature: 8a477f597d28d172789f06886806bc55";
export const tagText: string = `${tagLine}\n# Obhut's cache of one repository. It may be removed at any time.\n`;

export const temporaryPrefix = "temporary-";
const staleTemporaryMs = 24 * 60 * 60_000;
/** In the cache's folder; its time says when the last tidying was. */
const tidiedFile = "tidied";

export interface CachedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedMs: number;
  /** Of packs stretches are kept, which are many; indexes and snapshots are read in every run. */
  readonly kind: "stretch" | "whole";
}

/** What has to go for the rest to fit: stretches first, those that were used longest ago before others. Pure. */
export function chooseToRemove(files: readonly CachedFile[], maxBytes: number): CachedFile[] {
  let bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const chosen: CachedFile[] = [];
  const rank = ({ kind }: CachedFile): number => (kind === "stretch" ? 0 : 1);
  for (const file of files.toSorted((a, b) => rank(a) - rank(b) || a.usedMs - b.usedMs)) {
    if (bytes <= maxBytes) break;
    chosen.push(file);
    bytes -= file.sizeBytes;
  }
  return chosen;
}

export interface TidyOptions {
  readonly folder: string;
  readonly maxBytes: number;
  readonly nowMs: number;
  /** What this run added: much of it makes tidying due before its day. */
  readonly writtenBytes: number;
  /** The repository's folder that is used now. */
  readonly inUse: string;
}

/** Nothing to do on most days. Rejects with the system's error; what another process removes meanwhile is none. */
export async function tidyCache({ folder, maxBytes, nowMs, writtenBytes, inUse }: TidyOptions): Promise<void> {
  const marker = join(folder, tidiedFile);
  const lastMs = (await stat(marker).catch(() => undefined))?.mtimeMs ?? 0;
  const due =
    Math.abs(nowMs - lastMs) >= limits.cacheTidyMs || writtenBytes >= Math.min(limits.cacheTidyBytes, maxBytes);
  if (!due) return;
  const files: CachedFile[] = [];
  for (const repository of await repositoryFolders(folder)) {
    const usedMs = (await stat(join(repository, tagFile)).catch(() => undefined))?.mtimeMs ?? 0;
    if (repository !== inUse && nowMs - usedMs > limits.cacheUnusedMs) {
      await rm(repository, { recursive: true, force: true });
      continue;
    }
    await removeStaleTemporaries(repository, nowMs);
    for await (const file of filesOf(repository)) files.push(file);
  }
  for (const { path, kind } of chooseToRemove(files, maxBytes)) {
    await rm(path, { force: true });
    if (kind === "stretch") await rmdir(dirname(path)).catch(() => undefined);
  }
  await writeFile(marker, "", { mode: 0o600 });
  await utimes(marker, nowMs / 1000, nowMs / 1000);
}

/** Only what bears an id and our tag: a person may have named a folder that holds other things too. */
async function repositoryFolders(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    if (!isId(name)) continue;
    const tag = await readFile(join(folder, name, tagFile), "utf8").catch(() => "");
    if (tag === tagText) found.push(join(folder, name));
  }
  return found;
}

async function removeStaleTemporaries(repository: string, nowMs: number): Promise<void> {
  for (const name of await readdir(repository).catch(() => [])) {
    if (!name.startsWith(temporaryPrefix)) continue;
    const path = join(repository, name);
    const status = await stat(path).catch(() => undefined);
    if (status !== undefined && nowMs - status.mtimeMs > staleTemporaryMs) await rm(path, { force: true });
  }
}

async function* filesOf(repository: string): AsyncGenerator<CachedFile> {
  for (const folder of ["index", "snapshots", "joined"]) yield* filesIn(join(repository, folder), "whole");
  const packs = join(repository, "data");
  for (const pack of await readdir(packs).catch(() => [])) yield* filesIn(join(packs, pack), "stretch");
}

async function* filesIn(folder: string, kind: CachedFile["kind"]): AsyncGenerator<CachedFile> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const status = await stat(path).catch(() => undefined);
    if (status?.isFile()) yield { path, sizeBytes: status.size, usedMs: status.mtimeMs, kind };
  }
}
