/**
 * A linked copy: a folder for each run in which unchanged files are further names of those in the newest whole copy before. Files are never
 * written in place.
 */
import { type BytePath, bytePath, joinPath } from "../../base/byte-path.ts";
import { isObhutError, ObhutError } from "../../base/errors.ts";
import { reason } from "../../base/reason-codes.ts";
import type { Manifest } from "../../capture/manifest.ts";
import type { SourceEntry } from "../../repository/source-entry.ts";
import type { CopiedEntry } from "../copy/copied-entry.ts";
import { fileListName } from "../copy/copy-names.ts";
import { inFolder } from "../copy/copy-record.ts";
import { writeFileList } from "../copy/file-list.ts";
import type { LinkMode } from "../copy/link-modes.ts";
import { bytesContent } from "../place/place.ts";
import type { StagedFile } from "../staging/staged-file.ts";
import { CopyDraft, type CopyFacts } from "./copy-draft.ts";
import { CopyFolder } from "./copy-folder.ts";
import { type CopyTarget, isThere, unchangedEntry } from "./copy-target.ts";
import type { CopyCounts, CopyWriter, WrittenCopy } from "./copy-writer.ts";

/** STORAGE_LINKS where the place cannot do what the mode asks for. */
export async function linkedWriter(target: CopyTarget, facts: CopyFacts, mode: LinkMode): Promise<CopyWriter> {
  const folder = await CopyFolder.begin(target, "linked", facts);
  const writer = new LinkedWriter(target, facts, { folder, mode });
  try {
    await writer.proveLinks();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  return writer;
}

class LinkedWriter implements CopyWriter {
  readonly location: string;
  readonly connections: number;
  readonly #target: CopyTarget;
  readonly #draft: CopyDraft;
  readonly #folder: CopyFolder;
  readonly #mode: LinkMode;

  constructor(
    target: CopyTarget,
    facts: CopyFacts,
    { folder, mode }: { readonly folder: CopyFolder; readonly mode: LinkMode },
  ) {
    this.location = target.place.location;
    this.connections = target.place.connections;
    this.#target = target;
    this.#draft = new CopyDraft(target, facts);
    this.#folder = folder;
    this.#mode = mode;
  }

  get counts(): CopyCounts {
    return this.#draft.counts;
  }

  /** Before an hour of files is written: in the first copy nothing is linked yet. */
  async proveLinks(): Promise<void> {
    const [one, two] = [joinPath(this.#folder.path, bytePath("one")), joinPath(this.#folder.path, bytePath("two"))];
    await this.#target.place.write(one, bytesContent(Buffer.from("obhut")), { durable: "settle" });
    if (this.#mode !== "copy") await this.#link(one, two);
    await this.#target.place.remove(one);
    await this.#target.place.remove(two);
  }

  needs(entry: SourceEntry): boolean {
    if (this.#draft.placeOf(entry) === undefined) return false;
    const canCopy = this.#mode !== "copy" || this.#target.place.duplicate !== undefined;
    return !canCopy || unchangedEntry(this.#target, entry) === undefined;
  }

  async write(entry: SourceEntry, staged: StagedFile | undefined): Promise<void> {
    const place = this.#draft.placeOf(entry);
    if (place === undefined) return;
    const { meta } = entry;
    if (meta.kind === "dir") {
      await this.#target.place.makeFolder(inFolder(this.#folder.path, place));
      this.#draft.noted(this.#draft.entryOf(entry, meta, { place }));
    } else if (meta.kind !== "file") {
      this.#draft.noted(this.#draft.entryOf(entry, meta, {}));
    } else {
      await this.#writeFile(entry, place, staged);
    }
  }

  async #writeFile(entry: SourceEntry, place: BytePath, staged: StagedFile | undefined): Promise<void> {
    const before = staged === undefined ? unchangedEntry(this.#target, entry) : this.#sameBytes(entry, staged);
    if (before !== undefined) {
      await this.#linkBefore(before, place);
      this.#draft.kept(this.#draft.entryOf(entry, entry.meta, { place, sha256: before.sha256 }));
    } else if (staged !== undefined) {
      const modifiedMs = Number(staged.meta.mtimeNs / 1_000_000n);
      const path = inFolder(this.#folder.path, place);
      await this.#target.place.write(path, staged.content, { durable: "settle", modifiedMs });
      this.#draft.written(this.#draft.entryOf(entry, staged.meta, { place, sha256: staged.sha256 }));
    } else {
      throw new Error(`no bytes for ${entry.path}`);
    }
  }

  /** A file that was touched, or comes from another disk, and holds what it held. Its time is that of its name before. */
  #sameBytes({ path }: SourceEntry, { sha256, meta }: StagedFile): CopiedEntry | undefined {
    const { previous, place } = this.#target;
    const before = previous?.byPath.get(path);
    const same = before?.kind === "file" && before.sha256 === sha256 && before.mtimeNs === meta.mtimeNs;
    return previous !== undefined && before !== undefined && same && isThere(previous, place, before)
      ? before
      : undefined;
  }

  async #linkBefore({ place }: CopiedEntry, to: BytePath): Promise<void> {
    const { previous } = this.#target;
    const from = inFolder(previous?.folder ?? this.#folder.path, place ?? to);
    const made = inFolder(this.#folder.path, to);
    try {
      await this.#link(from, made);
    } catch (error) {
      // A file can have only so many names.
      if (this.#mode !== "hardlink" || !isObhutError(error, "STORAGE_LINKS")) throw error;
      if (this.#target.place.duplicate === undefined) throw error;
      await this.#target.place.duplicate(from, made, "copy");
    }
  }

  async #link(from: BytePath, made: BytePath): Promise<void> {
    const { place } = this.#target;
    const how = this.#mode;
    if (how === "hardlink" && place.link !== undefined) await place.link(from, made);
    else if (how !== "hardlink" && place.duplicate !== undefined) await place.duplicate(from, made, how);
    else throw new ObhutError("STORAGE_LINKS", { location: place.location, reason: reason("placeHasNoLinks", {}) });
  }

  async finish(manifest: Manifest): Promise<WrittenCopy> {
    const { place, copies } = this.#target;
    const sha256 = await writeFileList(place, this.#folder.path, fileListName, {
      entries: this.#draft.entries,
      archives: [],
    });
    const sequence = (copies.at(-1)?.record.sequence ?? 0) + 1;
    const record = this.#draft.recordOf("linked", sequence, manifest, { name: fileListName, sha256 });
    await this.#folder.finish(record);
    return { record, name: this.#folder.name, counts: this.counts, removed: 0, ...this.#draft.renamed, missed: [] };
  }

  async abandon(): Promise<void> {
    await this.#folder.abandon();
  }
}
