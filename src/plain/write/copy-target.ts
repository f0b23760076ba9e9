/** A place as one run finds it: nobody else writes there, what dead runs left is gone, and the newest whole copy is known. */
import type { BytePath } from "../../base/byte-path.ts";
import { isObhutError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { type Manifest, parseManifest } from "../../capture/manifest.ts";
import { nsOfTimeText } from "../../repository/format/time-text.ts";
import type { SourceEntry } from "../../repository/source-entry.ts";
import type { CopiedEntry } from "../copy/copied-entry.ts";
import { type CopyKind, captureName, nextFolder, trashFolder } from "../copy/copy-names.ts";
import type { CopyRecord } from "../copy/copy-record.ts";
import { type FileList, readFileList } from "../copy/file-list.ts";
import { type PlaceMarker, requirePlace } from "../copy/place-marker.ts";
import { type HeldPlace, holdPlace } from "../copy/run-file.ts";
import type { PlaceEntry, PlainPlace } from "../place/place.ts";
import { type FoundCopy, findCopies, newestOf } from "../read/find-copies.ts";
import { presentIn, readSmallPlaced } from "../read/placed-file.ts";
import { removeLeftovers } from "./copy-folder.ts";
import { finishPlacing } from "./place-next.ts";

export interface PreviousCopy {
  readonly folder: BytePath;
  readonly record: CopyRecord;
  readonly list: FileList;
  readonly byPath: ReadonlyMap<BytePath, CopiedEntry>;
  /** What really lies in the copy's folder, by place. */
  readonly present: ReadonlyMap<BytePath, PlaceEntry>;
  /** What the capture said of itself. */
  readonly manifest: Manifest | undefined;
}

export interface CopyTarget extends AsyncDisposable {
  readonly kind: CopyKind;
  readonly place: PlainPlace;
  readonly marker: PlaceMarker;
  /** The run before died in the middle of its work. */
  readonly afterDeath: boolean;
  /** Whole ones. */
  readonly copies: readonly FoundCopy[];
  /** Names in the place's root. */
  readonly taken: ReadonlySet<string>;
  /** Of a mirror and of linked copies, the newest. Undefined for dated copies, which share nothing. */
  readonly previous: PreviousCopy | undefined;
}

export interface OpenTargetOptions {
  readonly kind: CopyKind;
  readonly dryRun: boolean;
  readonly hostname: string;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** Errors: COPY_PLACE_MISSING, COPY_PLACE_OTHER, COPY_PLACE_BUSY, and the place's. The place is the caller's to close. */
export async function openCopyTarget(place: PlainPlace, options: OpenTargetOptions): Promise<CopyTarget> {
  const { kind, dryRun, signal } = options;
  const marker = await requirePlace(place, kind, signal);
  await using stack = new AsyncDisposableStack();
  const held: HeldPlace | undefined = dryRun ? undefined : stack.use(await holdPlace(place, options));
  const { copies, names } = await findCopies(place, kind, signal);
  const newest = newestOf(copies);
  if (held !== undefined) {
    await removeLeftovers(place, { copies, names }, { kind, afterDeath: held.afterDeath });
    if (kind === "mirror") await finishPlacing(place, newest, signal);
    if (held.afterDeath) await place.tidy(signal);
  }
  const previous = kind === "dated" || newest === undefined ? undefined : await readPrevious(place, newest, signal);
  const kept = stack.move();
  const common = { kind, place, marker, afterDeath: held?.afterDeath ?? false, copies, taken: new Set(names) };
  return { ...common, previous, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** A list that is damaged or gone is no help: everything is written anew. */
async function readPrevious(
  place: PlainPlace,
  found: FoundCopy,
  signal: AbortSignal,
): Promise<PreviousCopy | undefined> {
  const { folder, record } = found;
  try {
    const list = await readFileList(place, folder, record, signal);
    const present = await presentIn(place, found, { skipped: folder === "" ? [nextFolder, trashFolder] : [], signal });
    const byPath = new Map(list.entries.map((entry) => [entry.path, entry]));
    return { folder, record, list, byPath, present, manifest: await readCapture(place, found, signal) };
  } catch (error) {
    if (!isObhutError(error, "COPY_DAMAGED") && !isObhutError(error, "STORAGE_FILE_MISSING")) throw error;
    return undefined;
  }
}

async function readCapture(place: PlainPlace, copy: FoundCopy, signal: AbortSignal): Promise<Manifest | undefined> {
  const bytes = await readSmallPlaced(place, copy, captureName, signal);
  return bytes === undefined ? undefined : parseManifest(bytes);
}

/**
 * The previous copy's entry where stat and state both say that the file is the same, by the engine's rules: times too close to that capture
 * prove nothing. And what lies in the copy must still look as it was written.
 */
export function unchangedEntry(
  { previous, place }: Pick<CopyTarget, "previous" | "place">,
  { path, meta, state }: SourceEntry,
): CopiedEntry | undefined {
  const before = previous?.byPath.get(path);
  if (previous === undefined || before?.kind !== "file" || before.archive !== undefined) return undefined;
  const sameStat =
    before.sizeBytes === meta.sizeBytes &&
    before.inode === meta.inode &&
    before.mtimeNs === meta.mtimeNs &&
    before.ctimeNs === meta.ctimeNs;
  const settledNs = nsOfTimeText(previous.record.time) - BigInt(limits.timesSettledMs) * 1_000_000n;
  const settled = meta.mtimeNs < settledNs && meta.ctimeNs < settledNs;
  return sameStat && settled && before.state === state && isThere(previous, place, before) ? before : undefined;
}

/** Whether a file of the previous copy lies where it was written, with its size, and its time where the place keeps it. */
export function isThere(
  { present }: Pick<PreviousCopy, "present">,
  { keepsTimes }: Pick<PlainPlace, "keepsTimes">,
  { place, sizeBytes, mtimeNs }: CopiedEntry,
): boolean {
  const found = place === undefined ? undefined : present.get(place);
  if (found?.kind !== "file" || found.sizeBytes !== sizeBytes) return false;
  if (!keepsTimes || found.modifiedMs === undefined) return true;
  return Math.abs(found.modifiedMs - Number(mtimeNs / 1_000_000n)) <= limits.timesSettledMs;
}
