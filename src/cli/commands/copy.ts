/** `obhut copy` */
import { shortId } from "../../base/ids.ts";
import { reason } from "../../base/reason-codes.ts";
import { type CopySummary, type RunCopyOptions, runCopy } from "../../jobs/run-copy.ts";
import { formatCount, formatDuration, formatSize, formatTime } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import { msOfTimeText } from "../../repository/format/time-text.ts";
import { askedFilter } from "../asked-filter.ts";
import { askedCopySource, askedDestinations } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { fromPassword } from "../from-password.ts";
import { labelLines, printable, tableLines } from "../output/table.ts";
import { usageError } from "../parse-arguments.ts";

export const run: Command = async (call) => {
  const { parts, reporter, signal } = call;
  const tell = ({ source, id }: CopySummary["copied"][number]): void => {
    const { time, hostname } = source;
    reporter.record("copied", { source: source.id, snapshot: id, time, instance: hostname });
  };
  const options = { ...askedCopy(call), onCopied: tell };
  const summary = await runCopy(options, parts, { emit: reporter.emit, signal });
  const { copied, ...figures } = summary;
  if (summary.dryRun) copied.forEach(tell);
  reporter.summary({ command: "copy", ...figures, copied: copied.length }, () => [
    ...(copied.length > 0 ? [...tableOf(summary, call), ""] : []),
    ...summaryLines(summary, call),
  ]);
  return summary.incomplete ? 3 : 0;
};

function askedCopy({ args, parts, messages }: CommandCall): RunCopyOptions {
  const { env, folder } = parts;
  const to = askedDestinations(args, env, folder);
  const [first, second] = to;
  if (first === undefined || second !== undefined) throw usageError(reason("optionOnce", { name: "--to" }));
  return {
    from: askedCopySource(args, { env, folder, to }),
    fromPassword: fromPassword(args, parts, messages),
    to: first,
    snapshots: { queries: args.positionals, filter: askedFilter(args) },
    dryRun: args.flag("dry-run"),
  };
}

function tableOf({ copied }: CopySummary, { messages }: CommandCall): readonly string[] {
  const words = messages.output;
  const columns = [words.columnId, words.columnTime, words.columnInstance, words.columnCopy].map((title) => ({
    title,
  }));
  const rows = copied.map(({ source, id }) => [
    shortId(source.id),
    formatTime(msOfTimeText(source.time)),
    printable(source.hostname),
    id === undefined ? "" : shortId(id),
  ]);
  return tableLines(columns, rows);
}

function summaryLines(summary: CopySummary, { messages, language }: CommandCall): readonly string[] {
  const words = messages.output;
  const size = (bytes: number): string => formatSize(bytes, language);
  const count = (value: number): string => formatCount(value, language);
  const { dryRun, copied, present, notCopied, blobs, bytes, bytesStored } = summary;
  const detail = fill(words.copiedDetail, { copied: count(copied.length), present: count(present) });
  return labelLines([
    [words.copyFrom, summary.from],
    [words.copyTo, summary.to],
    [dryRun ? words.wouldCopy : words.copied, detail],
    [
      dryRun ? words.copyMissing : words.copyWasMissing,
      fill(words.copyMissingDetail, { blobs: count(blobs), size: size(bytes) }),
    ],
    [words.copyStored, dryRun ? undefined : size(bytesStored)],
    [words.duration, formatDuration(summary.tookMs, language)],
    [words.dryRun, dryRun ? words.dryRunBackup : undefined],
    [words.incomplete, notCopied > 0 ? fill(words.copyIncomplete, { count: count(notCopied) }) : undefined],
  ]);
}
