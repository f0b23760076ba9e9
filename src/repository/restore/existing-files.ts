/** What of a plan lies in the target already, and what else does. Reads only. */
import { lstat, readdir } from "node:fs/promises";
import { type BytePath, bytePathOf, bytesOf, joinPath } from "../../base/byte-path.ts";
import { systemCode } from "../../base/errors.ts";
import type { WorkerPool } from "../workers/worker-pool.ts";
import { temporaryPrefix } from "./make-entries.ts";
import type { PlannedFile, RestorePlan } from "./restore-plan.ts";
import type { RestoreResult, RestoreTask } from "./restore-task.ts";
import { placeOf } from "./target-folder.ts";

export type RestorePool = WorkerPool<RestoreTask, RestoreResult>;

/** Which rows of the piece table a file on this machine does not hold yet. */
export interface Comparison {
  readonly different: Uint32Array;
  readonly sameSize: boolean;
}

/** Reads a file piece by piece; everything differs where there is no file. */
export async function comparePlanned(
  pool: RestorePool,
  plan: RestorePlan,
  file: PlannedFile,
  path: BytePath,
): Promise<Comparison> {
  const ids = new Uint8Array(file.pieceCount * 32);
  const lengths = new Uint32Array(file.pieceCount);
  for (let piece = 0; piece < file.pieceCount; piece++) {
    ids.set(plan.pieces.idOf(file.firstPiece + piece), piece * 32);
    lengths[piece] = plan.pieces.plainLengthOf(file.firstPiece + piece);
  }
  try {
    const result = await pool.run({ kind: "compare", file: { path, ids, lengths } });
    if (result.kind === "compared") return result;
  } catch (error) {
    // ELOOP: a symlink lies there. ENXIO: a socket. EACCES: it may not be read, but perhaps be replaced.
    if (!["ENOENT", "ENOTDIR", "ELOOP", "EISDIR", "ENXIO", "EACCES"].includes(systemCode(error) ?? "")) throw error;
  }
  return { different: Uint32Array.from(lengths.keys()), sameSize: false };
}

export interface Leftovers {
  /** Temporary files of restores that died. */
  readonly temporaries: readonly BytePath[];
  /** Entries that the plan does not have, as paths below the target; children before their folder. */
  readonly others: readonly BytePath[];
}

/** Looks into the folders of the plan that are there. `removes` is asked with paths below the target. */
export async function findLeftovers(
  root: BytePath,
  plan: RestorePlan,
  removes: (relative: BytePath) => boolean,
): Promise<Leftovers> {
  const planned = new Set<BytePath>();
  for (const entries of [plan.folders, plan.files, plan.hardLinks, plan.symlinks, plan.specials]) {
    for (const entry of entries) planned.add(entry.relative);
  }
  const temporaries: BytePath[] = [];
  const others: BytePath[] = [];
  for (const relative of new Set(["" as BytePath, ...plan.folders.map((folder) => folder.relative)])) {
    for (const name of await namesIn(placeOf(root, relative))) {
      const child = relative === "" ? name : joinPath(relative, name);
      if (name.startsWith(temporaryPrefix)) temporaries.push(child);
      else if (!planned.has(child)) await collectRemoved(root, child, removes, others);
    }
  }
  return { temporaries, others };
}

async function collectRemoved(
  root: BytePath,
  relative: BytePath,
  removes: (relative: BytePath) => boolean,
  found: BytePath[],
): Promise<void> {
  if (!removes(relative)) return;
  const path = placeOf(root, relative);
  const status = await lstat(bytesOf(path)).catch(() => undefined);
  if (status?.isDirectory()) {
    for (const name of await namesIn(path)) await collectRemoved(root, joinPath(relative, name), removes, found);
  }
  found.push(relative);
}

async function namesIn(folder: BytePath): Promise<BytePath[]> {
  const status = await lstat(bytesOf(folder)).catch(() => undefined);
  if (!status?.isDirectory()) return [];
  return (await readdir(bytesOf(folder), { encoding: "buffer" })).map(bytePathOf);
}
