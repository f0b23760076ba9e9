/** Where the files of a copy lie at this moment. */
import { type BytePath, joinPath } from "../../base/byte-path.ts";
import { isObhutError } from "../../base/errors.ts";
import { nextFolder } from "../copy/copy-names.ts";
import { inFolder } from "../copy/copy-record.ts";
import { type PlaceEntry, type PlainPlace, readSmall } from "../place/place.ts";
import type { FoundCopy } from "./find-copies.ts";

/** A file's bytes. Of a mirror whose run ended too early, or is about to end, from where it waits, else from its place. */
export async function* readPlaced(
  place: PlainPlace,
  copy: FoundCopy,
  own: BytePath,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (copy.isUnplaced) {
    let begun = false;
    try {
      for await (const part of place.read(joinPath(nextFolder, own), { signal })) {
        begun = true;
        yield part;
      }
      return;
    } catch (error) {
      if (begun || !isObhutError(error, "STORAGE_FILE_MISSING")) throw error;
    }
  }
  yield* place.read(inFolder(copy.folder, own), { signal });
}

/** Whole and in memory; undefined where there is none. */
export async function readSmallPlaced(
  place: PlainPlace,
  copy: FoundCopy,
  own: BytePath,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  try {
    return await readSmall({ read: () => readPlaced(place, copy, own, signal) }, own, signal);
  } catch (error) {
    if (isObhutError(error, "STORAGE_FILE_MISSING")) return undefined;
    throw error;
  }
}

/** What lies in a copy, by path below its folder; what waits for its place counts as there. */
export async function presentIn(
  place: PlainPlace,
  { folder, isUnplaced }: FoundCopy,
  { skipped, signal }: { readonly skipped: readonly BytePath[]; readonly signal: AbortSignal },
): Promise<Map<BytePath, PlaceEntry>> {
  const present = new Map<BytePath, PlaceEntry>();
  for await (const entry of place.list(folder, { signal })) {
    if (skipped.includes(entry.path)) continue;
    present.set(below(folder, entry.path), entry);
    if (entry.kind !== "folder") continue;
    for await (const inner of place.list(entry.path, { deep: true, signal })) {
      present.set(below(folder, inner.path), inner);
    }
  }
  if (!isUnplaced) return present;
  for await (const entry of place.list(nextFolder, { deep: true, signal })) {
    if (entry.kind === "file") present.set(below(nextFolder, entry.path), entry);
  }
  return present;
}

function below(folder: BytePath, path: BytePath): BytePath {
  return folder === "" ? path : (path.slice(folder.length + 1) as BytePath);
}
