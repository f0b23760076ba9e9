/** What of a plan lies in the target already, and what else does. Reads only. */
import { lstat, readdir } from "node:fs/promises";
import { type BytePath, bytePathOf, bytesOf, joinPath } from "../../base/byte-path.ts";
import { systemCode } from "../../base/errors.ts";
import { MiB } from "../../base/limits.ts";
import { idBytes } from "../format/hex.ts";
import type { WorkerPool } from "../workers/worker-pool.ts";
import { temporaryPrefix } from "./make-entries.ts";
import type { PlannedFile, RestorePlan } from "./restore-plan.ts";
import type { ComparedRange, RestoreResult, RestoreTask } from "./restore-task.ts";
import { placeOf } from "./target-folder.ts";

export type RestorePool = WorkerPool<RestoreTask, RestoreResult>;

/** Which rows of the piece table a file on this machine does not hold yet. */
export interface Comparison {
  readonly different: Uint32Array;
  readonly sameSize: boolean;
}

/** A large file is read by all threads at once, a range each. */
const rangeBytes = 16 * MiB;

/** Reads a file piece by piece; everything differs where there is no file. */
export async function comparePlanned(
  pool: RestorePool,
  plan: RestorePlan,
  file: PlannedFile,
  path: BytePath,
): Promise<Comparison> {
  const ranges = rangesOf(plan, file);
  const compared = await Promise.all(
    ranges.map(({ first, ...range }) => compareRange(pool, { path, sizeBytes: file.sizeBytes, ...range })),
  );
  return {
    different: Uint32Array.from(
      ranges.flatMap(({ first }, i) => [...(compared[i]?.different ?? [])].map((n) => first + n)),
    ),
    sameSize: compared.every(({ sameSize }) => sameSize),
  };
}

interface FileRange extends Pick<ComparedRange, "position" | "ids" | "lengths"> {
  /** Number of its first piece in the file. */
  readonly first: number;
}

/** At least one, so that an empty file is looked at too. */
function rangesOf({ pieces }: RestorePlan, file: PlannedFile): FileRange[] {
  const ranges: FileRange[] = [];
  let position = 0;
  for (let first = 0; first < file.pieceCount || ranges.length === 0; ) {
    const lengths: number[] = [];
    let bytes = 0;
    for (; first + lengths.length < file.pieceCount && bytes < rangeBytes; bytes += lengths.at(-1) ?? 0) {
      lengths.push(pieces.plainLengthOf(file.firstPiece + first + lengths.length));
    }
    const ids = new Uint8Array(lengths.length * idBytes);
    for (const piece of lengths.keys()) ids.set(pieces.idOf(file.firstPiece + first + piece), piece * idBytes);
    ranges.push({ first, position, ids, lengths: Uint32Array.from(lengths) });
    position += bytes;
    first += Math.max(1, lengths.length);
  }
  return ranges;
}

async function compareRange(pool: RestorePool, range: ComparedRange): Promise<Comparison> {
  try {
    const result = await pool.run({ kind: "compare", range });
    if (result.kind === "compared") return result;
  } catch (error) {
    // ELOOP: a symlink lies there. ENXIO: a socket. EACCES: it may not be read, but perhaps be replaced.
    if (!["ENOENT", "ENOTDIR", "ELOOP", "EISDIR", "ENXIO", "EACCES"].includes(systemCode(error) ?? "")) throw error;
  }
  return { different: Uint32Array.from(range.lengths.keys()), sameSize: false };
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
