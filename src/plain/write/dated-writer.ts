/**
 * A dated copy: a folder for each run that needs nothing of the others. Databases and uploads are files; the vector store, which only makes
 * sense as a whole, is one archive. When it is whole the oldest go.
 */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { type BytePath, bytePath } from "../../base/byte-path.ts";
import type { Manifest } from "../../capture/manifest.ts";
import type { SourceEntry } from "../../repository/source-entry.ts";
import type { ArchiveFormat } from "../copy/archive-formats.ts";
import { fileListName } from "../copy/copy-names.ts";
import { inFolder } from "../copy/copy-record.ts";
import { type CopiedArchive, writeFileList } from "../copy/file-list.ts";
import type { FoundCopy } from "../read/find-copies.ts";
import type { StagedFile } from "../staging/staged-file.ts";
import { CopyDraft, type CopyFacts } from "./copy-draft.ts";
import { CopyFolder, removeCopy } from "./copy-folder.ts";
import type { CopyTarget } from "./copy-target.ts";
import type { CopyCounts, CopyWriter, WrittenCopy } from "./copy-writer.ts";
import { PackedArchive } from "./packed-archive.ts";

export interface DatedOptions {
  /** What lies below this place of the copy goes into one archive, named for it. */
  readonly packed: BytePath;
  readonly format: ArchiveFormat;
  /** How many whole copies stay, this one among them. */
  readonly keep: number;
  /** A folder in scratch. */
  readonly scratch: string;
}

export async function datedWriter(target: CopyTarget, facts: CopyFacts, options: DatedOptions): Promise<CopyWriter> {
  return new DatedWriter(target, facts, { ...options, folder: await CopyFolder.begin(target, "dated", facts) });
}

class DatedWriter implements CopyWriter {
  readonly location: string;
  readonly connections: number;
  readonly #target: CopyTarget;
  readonly #draft: CopyDraft;
  readonly #options: DatedOptions & { readonly folder: CopyFolder };
  readonly #archiveName: string;
  readonly #archive: PackedArchive;

  constructor(target: CopyTarget, facts: CopyFacts, options: DatedOptions & { readonly folder: CopyFolder }) {
    this.location = target.place.location;
    this.connections = target.place.connections;
    this.#target = target;
    this.#draft = new CopyDraft(target, facts);
    this.#options = options;
    this.#archiveName = `${options.packed}.tar.${options.format}`;
    const file = join(options.scratch, `archive-${Buffer.from(facts.random(4)).toString("hex")}`);
    this.#archive = new PackedArchive(file, options.format);
  }

  get counts(): CopyCounts {
    return this.#draft.counts;
  }

  needs(entry: SourceEntry): boolean {
    return this.#draft.placeOf(entry) !== undefined;
  }

  async write(entry: SourceEntry, staged: StagedFile | undefined): Promise<void> {
    const place = this.#draft.placeOf(entry);
    if (place === undefined) return;
    const { packed } = this.#options;
    if (place === packed || place.startsWith(`${packed}/`)) return await this.#pack(entry, staged);
    const { meta } = entry;
    if (meta.kind === "dir") {
      await this.#target.place.makeFolder(inFolder(this.#options.folder.path, place));
      this.#draft.noted(this.#draft.entryOf(entry, meta, { place }));
    } else if (meta.kind !== "file") {
      this.#draft.noted(this.#draft.entryOf(entry, meta, {}));
    } else {
      if (staged === undefined) throw new Error(`no bytes for ${entry.path}`);
      const modifiedMs = Number(staged.meta.mtimeNs / 1_000_000n);
      const path = inFolder(this.#options.folder.path, place);
      await this.#target.place.write(path, staged.content, { durable: "settle", modifiedMs });
      this.#draft.written(this.#draft.entryOf(entry, staged.meta, { place, sha256: staged.sha256 }));
    }
  }

  /** Under its own names, whatever the place can hold: they are in the archive only. */
  async #pack(entry: SourceEntry, staged: StagedFile | undefined): Promise<void> {
    const meta = staged?.meta ?? entry.meta;
    const { kind, linkTarget } = meta;
    const path = this.#draft.ownPlaceOf(entry);
    const more = { place: path, archive: this.#archiveName };
    if (kind === "file" && staged !== undefined) {
      await this.#archive.add({ ...meta, path, kind }, staged.content);
      this.#draft.written(this.#draft.entryOf(entry, meta, { ...more, sha256: staged.sha256 }));
    } else if (kind === "dir" || kind === "symlink") {
      await this.#archive.add({
        ...meta,
        path,
        kind,
        sizeBytes: 0,
        ...(linkTarget === undefined ? {} : { linkTarget }),
      });
      this.#draft.noted(this.#draft.entryOf(entry, meta, more));
    } else {
      this.#draft.noted(this.#draft.entryOf(entry, meta, {}));
    }
  }

  async finish(manifest: Manifest): Promise<WrittenCopy> {
    const { place, copies } = this.#target;
    const { folder, keep } = this.#options;
    const { name } = folder;
    const archives = await this.#saveArchive();
    const sha256 = await writeFileList(place, folder.path, fileListName, { entries: this.#draft.entries, archives });
    const sequence = (copies.at(-1)?.record.sequence ?? 0) + 1;
    const record = this.#draft.recordOf("dated", sequence, manifest, { name: fileListName, sha256 });
    await folder.finish(record);
    const doomed = surplus([...copies, { folder: name, record }], keep);
    for (const one of doomed) await removeCopy(place, one, this.#draft.facts.random);
    return { record, name, counts: this.counts, removed: doomed.length, ...this.#draft.renamed, missed: [] };
  }

  async #saveArchive(): Promise<CopiedArchive[]> {
    await using archive = this.#archive;
    if (archive.isEmpty) return [];
    const { file, sizeBytes, sha256 } = await archive.finish();
    const content = { sizeBytes, file, open: () => createReadStream(file) };
    const path = inFolder(this.#options.folder.path, bytePath(this.#archiveName));
    await this.#target.place.write(path, content, { durable: "settle" });
    return [{ name: this.#archiveName, sizeBytes, sha256 }];
  }

  async abandon(): Promise<void> {
    await this.#archive[Symbol.asyncDispose]();
    await this.#options.folder.abandon();
  }
}

/** All but the newest `keep`, and but the newest complete one: a week of broken captures must not push out the last good copy. Pure. */
export function surplus(oldestFirst: readonly FoundCopy[], keep: number): readonly FoundCopy[] {
  const good = oldestFirst.findLast(({ record }) => record.complete);
  return oldestFirst.slice(0, Math.max(0, oldestFirst.length - Math.max(1, keep))).filter((one) => one !== good);
}
