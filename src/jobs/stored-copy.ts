/** What became of the plain copies of a backup. */
import { displayPath } from "../base/byte-path.ts";
import { codedError, isObhutError, type ObhutError, reasonOf } from "../base/errors.ts";
import { finding } from "../base/finding-codes.ts";
import type { CopyKind } from "../plain/copy/copy-names.ts";
import type { CopyResult } from "../plain/write/copy-channel.ts";
import type { CopyCounts } from "../plain/write/copy-writer.ts";
import type { JobWatch } from "./job-event.ts";
import type { FailedOpening } from "./open-all.ts";
import type { OpenedCopies } from "./open-copies.ts";
import type { RunBackupOptions } from "./run-backup-options.ts";

export interface StoredCopy {
  readonly location: string;
  readonly kind: CopyKind;
  /** What its folder is called; empty for a mirror, in a dry run, and where it failed. */
  readonly name: string;
  readonly counts: CopyCounts;
  /** Dated copies that were removed because there are enough, or files of a mirror. */
  readonly removed: number;
  readonly error: ObhutError | undefined;
}

export const noCounts: CopyCounts = { filesWritten: 0, bytesWritten: 0, filesKept: 0, bytesKept: 0 };

export function copiesOf(results: readonly CopyResult[], { opened }: OpenedCopies): StoredCopy[] {
  return results.map((result) => {
    const { location } = result;
    const kind = opened.find(({ target }) => target.place.location === location)?.target.kind ?? "mirror";
    if (result.kind === "failed") {
      return { location, kind, name: "", counts: noCounts, removed: 0, error: codedError(result.error) };
    }
    const { name, counts, removed } = result.copy;
    return { location, kind, name, counts, removed, error: undefined };
  });
}

export function failedCopies(
  failed: readonly FailedOpening[],
  { copyDestinations = [] }: RunBackupOptions,
): StoredCopy[] {
  return failed.map(({ location, error }) => {
    const kind = copyDestinations.find(({ written }) => written === location)?.kind ?? "mirror";
    return { location, kind, name: "", counts: noCounts, removed: 0, error };
  });
}

/** Once for each place: what lies open there. */
export function tellFirst({ opened }: OpenedCopies, { emit }: JobWatch): void {
  for (const { destination, target } of opened) {
    if (target.copies.length > 0) continue;
    emit({ type: "finding", finding: finding("COPY_READABLE", { location: destination.written }) });
  }
}

function whyOf(error: Error): string {
  const { reason } = isObhutError(error) ? (error.params as { readonly reason?: unknown }) : {};
  return typeof reason === "string" ? reason : reasonOf(error);
}

/** Files that a mirror went on without. */
export function tellMissed(results: readonly CopyResult[], { emit }: JobWatch): void {
  for (const result of results) {
    if (result.kind === "failed") continue;
    const [first] = result.copy.missed;
    if (first === undefined) continue;
    const about = { location: result.location, count: result.copy.missed.length, example: displayPath(first.path) };
    emit({ type: "finding", finding: finding("COPY_FILES_MISSED", { ...about, reason: whyOf(first.error) }) });
  }
}

export function tellRenamed(results: readonly CopyResult[], { emit }: JobWatch): void {
  for (const result of results) {
    if (result.kind === "failed" || result.copy.renamed === 0) continue;
    const { renamed: count, renamedExample: example = "" } = result.copy;
    emit({ type: "finding", finding: finding("COPY_NAMES_CHANGED", { location: result.location, count, example }) });
  }
}
