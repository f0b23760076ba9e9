/**
 * A mirror: one folder that holds the newest state. Files of which none is there are written to their place as they come. What takes the place
 * of another is written beside it and renamed at the end, when all of it is durable (place-next.ts): the mirror has a whole database at every
 * moment, and databases, vectors and uploads of one capture come together within moments. Only what a mirror's own list names is ever removed.
 */
import { type BytePath, baseName, bytePath, displayPath, joinPath } from "../../base/byte-path.ts";
import { eachConcurrently } from "../../base/each-concurrently.ts";
import type { ErrorCode } from "../../base/error-codes.ts";
import { isObhutError, ObhutError } from "../../base/errors.ts";
import { isEncrypted, type Manifest } from "../../capture/manifest.ts";
import { mainDatabase } from "../../openwebui/parts.ts";
import type { SourceEntry } from "../../repository/source-entry.ts";
import type { CopiedEntry } from "../copy/copied-entry.ts";
import { fileListName, nextFolder } from "../copy/copy-names.ts";
import { type CopyRecord, writeRecord } from "../copy/copy-record.ts";
import { writeFileList } from "../copy/file-list.ts";
import type { OnCopyError } from "../copy/on-copy-error.ts";
import type { PlaceEntry } from "../place/place.ts";
import type { StagedFile } from "../staging/staged-file.ts";
import { type Loss, lossOf } from "./brake.ts";
import { CopyDraft, type CopyFacts } from "./copy-draft.ts";
import { type CopyTarget, unchangedEntry } from "./copy-target.ts";
import type { CopyCounts, CopyWriter, MissedFile, WrittenCopy } from "./copy-writer.ts";
import { placeNext, type WaitingFile } from "./place-next.ts";
import { Trash, trashFolderOf } from "./trash.ts";

export interface MirrorOptions {
  /** Go on where the instance lost most of what it held. */
  readonly acceptLosses: boolean;
  /** Deleted and replaced files are kept in a folder of this run. */
  readonly keepDeleted: boolean;
  /** How many files are written at once, and how many are renamed or removed at once. */
  readonly transfers: number;
  readonly checkers: number;
  /** `finish`: a file that cannot be written keeps none of the others from it. A database does: it belongs to all of them. */
  readonly onError: OnCopyError;
}

/** Of one file, not of the place: the next one may go well. */
const fileErrors: readonly ErrorCode[] = ["STORAGE_FAILED", "STORAGE_DENIED", "STORAGE_FILE_EXISTS"];

export function mirrorWriter(target: CopyTarget, facts: CopyFacts, options: MirrorOptions): CopyWriter {
  return new MirrorWriter(target, facts, options);
}

class MirrorWriter implements CopyWriter {
  readonly location: string;
  readonly connections: number;
  readonly #target: CopyTarget;
  readonly #draft: CopyDraft;
  readonly #options: MirrorOptions;
  readonly #trash: Trash | undefined;
  /** Places of new files. */
  readonly #fresh: BytePath[] = [];
  readonly #next: WaitingFile[] = [];
  readonly #missed: MissedFile[] = [];
  #isWhole = false;
  #listing: Promise<ReadonlyMap<BytePath, PlaceEntry["kind"]>> | undefined;

  constructor(target: CopyTarget, facts: CopyFacts, options: MirrorOptions) {
    this.location = target.place.location;
    this.connections = options.transfers;
    this.#target = target;
    this.#draft = new CopyDraft(target, facts);
    this.#options = options;
    this.#trash = options.keepDeleted ? new Trash(target.place, trashFolderOf(facts.timeMs)) : undefined;
  }

  get counts(): CopyCounts {
    return this.#draft.counts;
  }

  needs(entry: SourceEntry): boolean {
    const place = this.#draft.placeOf(entry);
    return place !== undefined && this.#unchanged(entry, place) === undefined;
  }

  /** A run that died may have replaced a database already that the list does not tell of. */
  #unchanged(entry: SourceEntry, place: BytePath): CopiedEntry | undefined {
    if (this.#target.afterDeath && entry.changes === "in-place") return undefined;
    const before = unchangedEntry(this.#target, entry);
    return before?.place === place ? before : undefined;
  }

  async write(entry: SourceEntry, staged: StagedFile | undefined): Promise<void> {
    const place = this.#draft.placeOf(entry);
    if (place === undefined) return;
    const { meta } = entry;
    if (meta.kind === "dir") {
      if (place !== "") await this.#target.place.makeFolder(place);
      this.#draft.noted(this.#draft.entryOf(entry, meta, { place }));
    } else if (meta.kind !== "file") {
      this.#draft.noted(this.#draft.entryOf(entry, meta, {}));
    } else if (staged === undefined) {
      const before = this.#unchanged(entry, place);
      if (before === undefined) throw new Error(`no bytes for ${entry.path}`);
      this.#draft.kept(this.#draft.entryOf(entry, meta, { place, sha256: before.sha256 }));
    } else {
      await this.#writeFile(entry, place, staged);
    }
  }

  async #writeFile(entry: SourceEntry, place: BytePath, staged: StagedFile): Promise<void> {
    const there = (await this.#present()).get(place);
    const isNew = there === undefined;
    const modifiedMs = Number(staged.meta.mtimeNs / 1_000_000n);
    const to = isNew ? place : joinPath(nextFolder, place);
    if (isNew) this.#fresh.push(place);
    try {
      // Better now than when all the others are being renamed.
      if (there !== undefined && there !== "file") throw this.#inTheWay(place);
      await this.#target.place.write(to, staged.content, { durable: "settle", modifiedMs });
    } catch (error) {
      return this.#miss(entry, error);
    }
    if (!isNew) this.#next.push({ place, inPlace: entry.changes === "in-place" });
    this.#draft.written(this.#draft.entryOf(entry, staged.meta, { place, sha256: staged.sha256 }));
  }

  #inTheWay(place: BytePath): ObhutError {
    return new ObhutError("STORAGE_FILE_EXISTS", { location: this.location, file: displayPath(place) });
  }

  /** What the mirror has of it stays, and stays in its list. */
  #miss({ path, changes }: SourceEntry, error: unknown): void {
    const isOwn = isObhutError(error) && fileErrors.includes(error.code);
    if (this.#options.onError === "stop" || !isOwn || changes === "in-place") throw error;
    this.#missed.push({ path, error });
    const before = this.#target.previous?.byPath.get(path);
    if (before !== undefined) this.#draft.noted(before);
  }

  /** What lies there already: known where there is a list of a run before, else looked at once. */
  #present(): Promise<ReadonlyMap<BytePath, PlaceEntry["kind"]>> {
    this.#listing ??= (async () => {
      const { place, previous } = this.#target;
      const found = new Map<BytePath, PlaceEntry["kind"]>();
      if (previous !== undefined) for (const [path, { kind }] of previous.present) found.set(path, kind);
      else for await (const { path, kind } of place.list("" as BytePath, { deep: true })) found.set(path, kind);
      return found;
    })();
    return this.#listing;
  }

  async finish(manifest: Manifest): Promise<WrittenCopy> {
    const { place } = this.#target;
    const loss = this.#loss(manifest);
    if (loss !== undefined) throw new ObhutError("COPY_BRAKE", { location: this.location, ...loss });
    await place.settle();
    const gone = this.#gone();
    const record = await this.#writeRecord(manifest, gone);
    this.#isWhole = true;
    await placeNext(place, this.#next, { trash: this.#trash, connections: this.#options.checkers });
    await this.#removeGone(gone, record);
    await place.settle();
    return {
      record,
      name: "",
      counts: this.counts,
      removed: gone.length,
      ...this.#draft.renamed,
      missed: this.#missed,
    };
  }

  #loss(manifest: Manifest): Loss | undefined {
    const { previous } = this.#target;
    if (previous === undefined || this.#options.acceptLosses) return undefined;
    // Parts that were not asked for this time are not lost.
    const asked = new Set<string>(manifest.parts.map(({ part }) => part));
    const samePart = previous.record.parts.every((part) => asked.has(part));
    const files = this.#draft.entries.filter(({ kind }) => kind === "file").length;
    const rows = previous.manifest?.counts ?? {};
    // Of an encrypted database rows are unknown, not gone.
    const counted = asked.has("database") && !isEncrypted(manifest, mainDatabase);
    return lossOf(
      { files: samePart ? previous.record.files : 0, rows: counted ? rows : {} },
      { files, rows: manifest.counts },
    );
  }

  /** Files of the list before that the mirror has no more, and what a run that died left of those. */
  #gone(): CopiedEntry[] {
    const now = new Set(this.#draft.entries.map(({ place }) => place));
    return (this.#target.previous?.list.entries ?? []).filter(
      ({ kind, place }) => kind === "file" && place !== undefined && !now.has(place),
    );
  }

  /** From then on the mirror is the new one; what waits is put into place by whoever comes next, if not by this run. */
  async #writeRecord(manifest: Manifest, gone: readonly CopiedEntry[]): Promise<CopyRecord> {
    const { place, previous } = this.#target;
    const { id } = this.#draft.facts;
    const name = bytePath(fileListName.replace(".jsonl", `-${id.slice(0, 8)}.jsonl`));
    const list = { entries: this.#draft.entries, archives: [], gone: gone.flatMap((one) => one.place ?? []) };
    const sha256 = await writeFileList(place, "" as BytePath, name, list, nextFolder);
    const sequence = (previous?.record.sequence ?? this.#target.copies.at(-1)?.record.sequence ?? 0) + 1;
    const plain = this.#draft.recordOf("mirror", sequence, manifest, { name, sha256 });
    const complete = plain.complete && this.#missed.length === 0;
    const trash = this.#trash === undefined ? {} : { trash: displayPath(this.#trash.folder) };
    const record = { ...plain, complete, ...trash };
    await place.settle();
    await writeRecord(place, nextFolder, record);
    return record;
  }

  /** After the record: until then the list before is true. */
  async #removeGone(gone: readonly CopiedEntry[], record: CopyRecord): Promise<void> {
    const { place, previous } = this.#target;
    const places = [...gone.flatMap((one) => one.place ?? []), ...(previous?.list.gone ?? [])];
    const now = new Set(this.#draft.entries.map((entry) => entry.place));
    const doomed = [...new Set(places)].filter((one) => !now.has(one));
    await eachConcurrently(doomed.length, this.#options.checkers, async (i) => {
      const one = doomed[i];
      if (one !== undefined) await (this.#trash?.move(one) ?? place.remove(one));
    });
    const before = previous?.list.entries ?? [];
    const folders = before.flatMap((one) => (one.kind === "dir" && !now.has(one.place) ? (one.place ?? []) : []));
    for (const folder of folders.toSorted((a, b) => b.length - a.length)) await this.#removeIfEmpty(folder);
    const old = this.#target.copies.at(-1)?.record.list.name;
    if (old !== undefined && old !== record.list.name) await place.remove(baseName(bytePath(old)));
  }

  async #removeIfEmpty(folder: BytePath): Promise<void> {
    for await (const _ of this.#target.place.list(folder)) return;
    await this.#target.place.removeFolder(folder);
  }

  /** A whole mirror stays, and what waits for its place with it. */
  async abandon(): Promise<void> {
    const { place } = this.#target;
    if (this.#isWhole) return;
    await place.removeFolder(nextFolder);
    await eachConcurrently(this.#fresh.length, this.connections, (i) => place.remove(this.#fresh[i] ?? nextFolder));
  }
}
