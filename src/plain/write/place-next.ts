/**
 * The second half of a mirror's run. When all that is new is durable, the new record is written beside what waits in `nextFolder`: from there on
 * the mirror is the new one, for whoever reads it, and each file lies in its place or waits. What is done here is done again, from wherever it
 * broke off, by the next run.
 */
import { type BytePath, baseName, bytePath, joinPath } from "../../base/byte-path.ts";
import { eachConcurrently } from "../../base/each-concurrently.ts";
import { isObhutError } from "../../base/errors.ts";
import { mainDatabase } from "../../openwebui/parts.ts";
import { nextFolder, recordName, sumsName } from "../copy/copy-names.ts";
import type { PlainPlace } from "../place/place.ts";
import type { FoundCopy } from "../read/find-copies.ts";
import { Trash } from "./trash.ts";

export interface WaitingFile {
  /** Where it belongs. */
  readonly place: BytePath;
  /** It changes in place, as databases do; those come together within moments, one after the other at the end. */
  readonly inPlace: boolean;
}

export interface PlaceNextOptions {
  readonly trash: Trash | undefined;
  /** How many files are renamed at once. */
  readonly connections: number;
}

export async function placeNext(
  place: PlainPlace,
  waiting: readonly WaitingFile[],
  { trash, connections }: PlaceNextOptions,
): Promise<void> {
  const put = async (one: BytePath): Promise<void> => {
    await trash?.keepCopy(one);
    await place.rename(joinPath(nextFolder, one), one);
  };
  const whole = waiting.filter(({ inPlace }) => !inPlace);
  await eachConcurrently(whole.length, connections, async (i) => await put(whole[i]?.place ?? sumsName));
  // The app's database, at the top, after the vectors below their folder.
  const depth = (path: string): number => path.split("/").length;
  const inPlace = waiting.filter((one) => one.inPlace).toSorted((a, b) => depth(b.place) - depth(a.place));
  for (const one of inPlace) await put(one.place);
  await place.rename(joinPath(nextFolder, sumsName), sumsName).catch(unlessDone);
  await place.settle();
  await place.rename(joinPath(nextFolder, recordName), recordName);
  await place.settle();
  await place.removeFolder(nextFolder);
}

/** Of a run that died. Nobody else writes there. */
export async function finishPlacing(
  place: PlainPlace,
  copy: FoundCopy | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (!copy?.isUnplaced) return await place.removeFolder(nextFolder);
  const waiting: WaitingFile[] = [];
  for await (const { path, kind } of place.list(nextFolder, { deep: true, signal })) {
    const own = path.slice(nextFolder.length + 1) as BytePath;
    if (kind !== "file" || own === recordName || own === sumsName) continue;
    waiting.push({ place: own, inPlace: baseName(own) === baseName(bytePath(mainDatabase)) });
  }
  const trash = copy.record.trash === undefined ? undefined : new Trash(place, bytePath(copy.record.trash));
  await placeNext(place, waiting, { trash, connections: place.connections });
}

/** It is in its place since the run before. */
function unlessDone(error: unknown): void {
  if (!isObhutError(error, "STORAGE_FILE_MISSING")) throw error;
}
