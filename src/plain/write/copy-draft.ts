/** What every copy that is being made keeps: where each entry goes, the list of what it holds, and the figures. */
import { type BytePath, displayPath } from "../../base/byte-path.ts";
import { isIncomplete } from "../../base/finding-codes.ts";
import type { SnapshotId } from "../../base/ids.ts";
import { excludedBy } from "../../capture/excludes.ts";
import { snapshotData } from "../../capture/layout.ts";
import type { Manifest } from "../../capture/manifest.ts";
import type { TimeText } from "../../repository/format/time-text.ts";
import type { EntryMeta, SourceEntry } from "../../repository/source-entry.ts";
import { type CopiedEntry, copiedEntry } from "../copy/copied-entry.ts";
import type { CopyKind } from "../copy/copy-names.ts";
import { type CopyRecord, copyFormat } from "../copy/copy-record.ts";
import { type CopyLayout, placeIn } from "../copy/layout.ts";
import { NameMap } from "../names/name-map.ts";
import type { CopyTarget } from "./copy-target.ts";
import type { CopyCounts } from "./copy-writer.ts";

/** What a copy is told of the run that makes it. */
export interface CopyFacts {
  readonly instance: string;
  readonly tags: readonly string[];
  readonly program: string;
  readonly time: TimeText;
  readonly timeMs: number;
  readonly id: SnapshotId;
  readonly layout: CopyLayout;
  /** The same as a person writes it. */
  readonly layoutName: string;
  /** Patterns of paths below the data directory that the copy does not get. */
  readonly excludes: readonly string[];
  readonly random: (bytes: number) => Uint8Array;
}

export class CopyDraft {
  readonly facts: CopyFacts;
  readonly entries: CopiedEntry[] = [];
  readonly #names: NameMap;
  readonly #isLeftOut: (path: BytePath) => boolean;
  #counts: CopyCounts = { filesWritten: 0, bytesWritten: 0, filesKept: 0, bytesKept: 0 };
  #renamed = 0;
  #renamedExample: string | undefined;

  constructor({ marker, previous }: CopyTarget, facts: CopyFacts) {
    this.facts = facts;
    this.#isLeftOut = leftOutBy(facts.excludes);
    const known = previous?.list.entries ?? [];
    const kept = known.flatMap(({ path, place, archive }) => {
      const own = archive === undefined && place !== undefined ? placeIn(facts.layout, path) : undefined;
      return own === undefined || place === undefined ? [] : [[own, place] as const];
    });
    this.#names = new NameMap(marker.names, kept);
  }

  get counts(): CopyCounts {
    return this.#counts;
  }

  /** Below the copy's folder; undefined for what it does not get. */
  placeOf({ path }: Pick<SourceEntry, "path">): BytePath | undefined {
    if (this.#isLeftOut(path)) return undefined;
    const own = placeIn(this.facts.layout, path);
    return own === undefined ? undefined : this.#names.placeOf(own);
  }

  /** The same without regard to what names the place can hold. */
  ownPlaceOf({ path }: Pick<SourceEntry, "path">): BytePath {
    return placeIn(this.facts.layout, path) ?? path;
  }

  written(entry: CopiedEntry): void {
    this.#add(entry);
    const { filesWritten, bytesWritten } = this.#counts;
    const bytes = bytesWritten + entry.sizeBytes;
    this.#counts = { ...this.#counts, filesWritten: filesWritten + 1, bytesWritten: bytes };
  }

  kept(entry: CopiedEntry): void {
    this.#add(entry);
    const { filesKept, bytesKept } = this.#counts;
    this.#counts = { ...this.#counts, filesKept: filesKept + 1, bytesKept: bytesKept + entry.sizeBytes };
  }

  /** A folder, or what is in the list only. */
  noted(entry: CopiedEntry): void {
    this.#add(entry);
  }

  #add(entry: CopiedEntry): void {
    this.entries.push(entry);
    const own = placeIn(this.facts.layout, entry.path);
    if (entry.archive !== undefined || entry.place === undefined || own === entry.place) return;
    this.#renamed += 1;
    this.#renamedExample ??= displayPath(own ?? entry.path);
  }

  get renamed(): { readonly renamed: number; readonly renamedExample: string | undefined } {
    return { renamed: this.#renamed, renamedExample: this.#renamedExample };
  }

  /** The entry as the list has it. */
  entryOf(entry: SourceEntry, meta: EntryMeta, more: Parameters<typeof copiedEntry>[2]): CopiedEntry {
    return copiedEntry(entry, meta, more);
  }

  recordOf(kind: CopyKind, sequence: number, manifest: Manifest, list: CopyRecord["list"]): CopyRecord {
    const { id, time, instance, tags, program, layoutName: layout } = this.facts;
    const files = this.entries.filter((entry) => entry.kind === "file");
    return {
      format: copyFormat,
      kind,
      id,
      sequence,
      time,
      instance,
      tags,
      program,
      complete: !manifest.findings.some(isIncomplete),
      parts: manifest.parts.map(({ part }) => part),
      files: files.length,
      bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      layout,
      ...(this.facts.excludes.length === 0 ? {} : { excludes: this.facts.excludes }),
      list,
    };
  }
}

/** What lies in a folder that a pattern names goes with it. */
function leftOutBy(patterns: readonly string[]): (path: BytePath) => boolean {
  const excluded = excludedBy(patterns);
  return (path) => {
    if (patterns.length === 0 || !path.startsWith(`${snapshotData}/`)) return false;
    const own = path.slice(snapshotData.length + 1);
    const ends = [...own.matchAll(/\/|$/g)].map(({ index }) => index);
    return ends.some((end) => excluded(own.slice(0, end) as BytePath));
  };
}
