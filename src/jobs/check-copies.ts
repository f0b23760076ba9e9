/** Sees whether plain copies are what was written: every file is there with its size, and on request with its sum. */

import { createHash } from "node:crypto";
import { type BytePath, bytePath, displayPath } from "../base/byte-path.ts";
import { isObhutError } from "../base/errors.ts";
import { type Finding, finding, isIncomplete } from "../base/finding-codes.ts";
import { type AnyReason, reason } from "../base/reason-codes.ts";
import type { CopiedEntry } from "../plain/copy/copied-entry.ts";
import { trashFolder } from "../plain/copy/copy-names.ts";
import { type FileList, readFileList } from "../plain/copy/file-list.ts";
import type { PlainPlace } from "../plain/place/place.ts";
import { readCopyFiles } from "../plain/read/copy-files.ts";
import { copyName, type LabelledCopy, labelledCopies } from "../plain/read/open-copies.ts";
import { presentIn } from "../plain/read/placed-file.ts";
import type { PlainDestination } from "../plans/destination.ts";
import { type JobWatch, noting } from "./job-event.ts";
import { openPlace } from "./open-copies.ts";
import type { Parts } from "./parts.ts";

export interface CheckCopiesOptions {
  readonly place: PlainDestination;
  /** Every byte is read. */
  readonly readData: boolean;
}

export interface CheckedCopies {
  readonly location: string;
  readonly copies: number;
  readonly files: number;
  readonly filesRead: number;
  readonly bytesRead: number;
  readonly errors: number;
  readonly tookMs: number;
}

/** COPY_PLACE_MISSING, COPY_PLACE_OTHER; what is wrong with a copy is a finding. */
export async function checkCopies(
  { place: destination, readData }: CheckCopiesOptions,
  parts: Parts,
  watch: JobWatch,
): Promise<CheckedCopies> {
  const startedMs = parts.clock.monotonicMs();
  const findings: Finding[] = [];
  const emit = noting(findings, watch.emit);
  const place = await openPlace(destination, parts);
  const counts = { files: 0, filesRead: 0, bytesRead: 0 };
  try {
    const copies = await labelledCopies(place, destination.kind, watch.signal);
    for (const one of copies) {
      const list = await listOf(place, one, { emit, signal: watch.signal });
      if (list === undefined) continue;
      const files = list.entries.filter(({ kind }) => kind === "file");
      counts.files += files.length;
      const sound = await lookAtFiles(place, one, list, { emit, signal: watch.signal });
      if (readData) await readFiles({ place, one, files: sound, counts }, { emit, signal: watch.signal });
    }
    const errors = findings.filter(isIncomplete).length;
    const tookMs = Math.round(parts.clock.monotonicMs() - startedMs);
    return { location: destination.written, copies: copies.length, ...counts, errors, tookMs };
  } finally {
    await place.close();
  }
}

async function listOf(place: PlainPlace, { copy }: LabelledCopy, { emit, signal }: JobWatch) {
  try {
    return await readFileList(place, copy.folder, copy.record, signal);
  } catch (error) {
    if (!isObhutError(error, "COPY_DAMAGED") && !isObhutError(error, "STORAGE_FILE_MISSING")) throw error;
    emit({
      type: "finding",
      finding: finding("COPY_LIST_DAMAGED", { copy: copyName(copy), location: place.location }),
    });
    return undefined;
  }
}

/** Those that are there with the size they should have. */
async function lookAtFiles(
  place: PlainPlace,
  { copy }: LabelledCopy,
  { entries, archives }: FileList,
  { emit, signal }: JobWatch,
): Promise<CopiedEntry[]> {
  const present = await presentIn(place, copy, { skipped: [trashFolder], signal });
  const isThere = (name: BytePath, expected: number): boolean => {
    const there = present.get(name);
    const found = there?.kind === "file" ? there.sizeBytes : undefined;
    if (found === expected) return true;
    const about = { path: displayPath(name), copy: copyName(copy) };
    const told =
      found === undefined
        ? finding("COPY_FILE_MISSING", about)
        : finding("COPY_FILE_WRONG", { ...about, reason: reason("fileSize", { bytes: found, expected }) });
    emit({ type: "finding", finding: told });
    return false;
  };
  const whole = new Set(
    archives.filter(({ name, sizeBytes }) => isThere(bytePath(name), sizeBytes)).map(({ name }) => name),
  );
  return entries.filter(({ kind, archive, place: own, sizeBytes }) => {
    if (kind !== "file" || own === undefined) return false;
    return archive === undefined ? isThere(own, sizeBytes) : whole.has(archive);
  });
}

interface Reading {
  readonly place: PlainPlace;
  readonly one: LabelledCopy;
  readonly files: readonly CopiedEntry[];
  readonly counts: { files: number; filesRead: number; bytesRead: number };
}

async function readFiles({ place, one, files, counts }: Reading, { emit, signal }: JobWatch): Promise<void> {
  const copy = copyName(one.copy);
  const wrong = ({ path }: CopiedEntry, why: AnyReason): void =>
    emit({ type: "finding", finding: finding("COPY_FILE_WRONG", { path: displayPath(path), copy, reason: why }) });
  await readCopyFiles({
    place,
    copy: one.copy,
    entries: files,
    signal,
    lost: wrong,
    take: async (entry, bytes) => {
      const hash = createHash("sha256");
      for await (const part of bytes) {
        hash.update(part);
        counts.bytesRead += part.length;
      }
      counts.filesRead += 1;
      if (hash.digest("hex") !== entry.sha256) wrong(entry, reason("sumDiffers", {}));
      emit({ type: "status", phase: "check", filesDone: counts.filesRead, bytesDone: counts.bytesRead });
    },
  });
}
