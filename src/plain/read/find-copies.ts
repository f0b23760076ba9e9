/** The whole copies of a place. */
import { type BytePath, bytePath } from "../../base/byte-path.ts";
import { eachConcurrently } from "../../base/each-concurrently.ts";
import { type CopyKind, isCopyName, nextFolder } from "../copy/copy-names.ts";
import { type CopyRecord, readRecord } from "../copy/copy-record.ts";
import type { PlainPlace } from "../place/place.ts";

export interface FoundCopy {
  /** Below the place's root; empty for a mirror. */
  readonly folder: BytePath;
  readonly record: CopyRecord;
  /** Of a mirror: its run ended before every file was in its place; those that are not lie in `nextFolder`. */
  readonly isUnplaced?: true;
}

export interface FoundCopies {
  /** The oldest first: by their numbers, which no clock made. */
  readonly copies: readonly FoundCopy[];
  /** Of everything in the root. */
  readonly names: readonly string[];
}

/** A folder without a record, or with one of another kind, is no copy. */
export async function findCopies(place: PlainPlace, kind: CopyKind, signal?: AbortSignal): Promise<FoundCopies> {
  const names: string[] = [];
  for await (const { path } of place.list("" as BytePath, signal === undefined ? {} : { signal })) names.push(path);
  if (kind === "mirror") return { copies: await findMirror(place, signal), names };
  const folders = names.filter((name) => isCopyName(kind, name)).sort();
  const copies: FoundCopy[] = [];
  await eachConcurrently(folders.length, place.connections, async (index) => {
    const folder = bytePath(folders[index] ?? "");
    const record = await readRecord(place, folder, signal);
    if (record?.kind === kind) copies.push({ folder, record });
  });
  const inOrder = copies.toSorted((a, b) => a.record.sequence - b.record.sequence || (a.folder < b.folder ? -1 : 1));
  return { copies: inOrder, names };
}

async function findMirror(place: PlainPlace, signal: AbortSignal | undefined): Promise<FoundCopy[]> {
  const folder = "" as BytePath;
  const unplaced = await readRecord(place, nextFolder, signal);
  if (unplaced?.kind === "mirror") return [{ folder, record: unplaced, isUnplaced: true }];
  const record = await readRecord(place, folder, signal);
  return record?.kind === "mirror" ? [{ folder, record }] : [];
}

export function newestOf(copies: readonly FoundCopy[]): FoundCopy | undefined {
  return copies.at(-1);
}
