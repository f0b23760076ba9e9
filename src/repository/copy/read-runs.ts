/** What to read of which pack in one go: most of a pack, or only the stretches that are needed. Pure. */
import type { PackId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import type { BlobList } from "./blob-list.ts";

export interface ReadRun {
  readonly pack: PackId;
  readonly offset: number;
  readonly length: number;
  /** The blobs in it, by offset. */
  readonly rows: Uint32Array;
}

/**
 * Runs that cover the blobs of `rows`, which come as `rowsByPlace` gave them. What is not needed between two blobs is read along where it is
 * less than `limits.copyGapBytes`: asking again takes longer. No run is longer than `limits.copyRunBytes`, unless one blob is.
 */
export function* readRuns(blobs: BlobList, rows: Uint32Array): Generator<ReadRun> {
  let from = 0;
  for (let at = 1; at <= rows.length; at++) {
    if (
      at < rows.length &&
      continues(blobs, { first: rows[from] ?? 0, last: rows[at - 1] ?? 0, next: rows[at] ?? 0 })
    ) {
      continue;
    }
    yield runOf(blobs, rows.subarray(from, at));
    from = at;
  }
}

function continues(
  blobs: BlobList,
  { first, last, next }: { readonly first: number; readonly last: number; readonly next: number },
): boolean {
  if (blobs.pack(next) !== blobs.pack(last)) return false;
  const end = blobs.offset(next) + blobs.length(next);
  const gap = blobs.offset(next) - (blobs.offset(last) + blobs.length(last));
  return gap <= limits.copyGapBytes && end - blobs.offset(first) <= limits.copyRunBytes;
}

function runOf(blobs: BlobList, rows: Uint32Array): ReadRun {
  const first = rows[0] ?? 0;
  const last = rows.at(-1) ?? 0;
  const offset = blobs.offset(first);
  return { pack: blobs.pack(first), offset, length: blobs.offset(last) + blobs.length(last) - offset, rows };
}
