/** What a backup says of plain copies. */
import type { StoredCopy } from "../../jobs/stored-copy.ts";
import { formatCount, formatSize } from "../../messages/format-values.ts";
import type { Language, Messages } from "../../messages/messages.ts";
import { fill } from "../../messages/sentence.ts";

interface LineOptions {
  readonly words: Messages["output"];
  readonly language: Language;
}

/** Labels and texts; those that failed are told as errors. */
export function copyLines(
  copies: readonly StoredCopy[],
  { words, language }: LineOptions,
): (readonly [string, string])[] {
  const count = (value: number): string => formatCount(value, language);
  const size = (value: number): string => formatSize(value, language);
  return copies.flatMap(({ location, kind, name, counts, removed, error }) => {
    if (error !== undefined) return [];
    const { filesWritten, bytesWritten, filesKept } = counts;
    const detail = { files: count(filesWritten), size: size(bytesWritten), kept: count(filesKept) };
    const lines: (readonly [string, string])[] = [
      [words.plainCopy, name === "" ? location : `${location}/${name}`],
      [words.written, fill(words.copyDetail, detail)],
    ];
    if (removed > 0) {
      lines.push([
        words.copyRemoved,
        fill(kind === "mirror" ? words.copyFiles : words.copyCopies, { count: count(removed) }),
      ]);
    }
    return lines;
  });
}
