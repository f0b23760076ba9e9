/** `obhut rewrite` */
import { shortId } from "../../base/ids.ts";
import { reason } from "../../base/reason-codes.ts";
import { type RewriteSummary, type RunRewriteOptions, runRewrite } from "../../jobs/run-rewrite.ts";
import { formatCount, formatDuration, formatSize, formatTime } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import { msOfTimeText } from "../../repository/format/time-text.ts";
import type { RewrittenSnapshot } from "../../repository/rewrite/rewrite-snapshots.ts";
import { askedFilter } from "../asked-filter.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { labelLines, printable, tableLines } from "../output/table.ts";
import { type ParsedArguments, usageError } from "../parse-arguments.ts";

export const run: Command = async (call) => {
  const { parts, reporter, signal } = call;
  const summary = await runRewrite(askedRewrite(call), parts, { emit: reporter.emit, signal });
  const { rewritten, location, removed, failed, ...figures } = summary;
  for (const one of rewritten) reporter.record("rewritten", recordOf(one));
  const counts = { rewritten: rewritten.length, removed: removed.length, failed: failed.length };
  const value = { command: "rewrite", repository: location, ...figures, ...counts };
  reporter.summary(value, () => [
    ...(rewritten.length > 0 ? [...tableOf(rewritten, call), ""] : []),
    ...summaryLines(summary, call),
  ]);
  return summary.incomplete ? 3 : 0;
};

function askedRewrite({ args, parts }: CommandCall): RunRewriteOptions {
  const asked = {
    excludes: args.list("exclude"),
    insensitiveExcludes: args.list("iexclude"),
    newHost: args.value("new-host"),
    newTimeMs: askedTime(args),
  };
  if (Object.values(asked).every((one) => one === undefined || (Array.isArray(one) && one.length === 0))) {
    throw usageError(reason("nothingToRewrite", {}));
  }
  return {
    ...asked,
    repository: askedSource(args, parts.env, parts.folder),
    snapshots: { queries: args.positionals, filter: askedFilter(args) },
    forget: args.flag("forget"),
    dryRun: args.flag("dry-run"),
  };
}

const timePattern = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?$/;

/** Local time where there is no offset. */
function askedTime(args: ParsedArguments): number | undefined {
  const text = args.value("new-time");
  if (text === undefined) return undefined;
  const ms = timePattern.test(text) ? Date.parse(text.replace(" ", "T")) : Number.NaN;
  if (Number.isNaN(ms)) throw usageError(reason("newTimeInvalid", { value: text }));
  return ms;
}

function recordOf({ source, snapshot, id }: RewrittenSnapshot): object {
  const { time, hostname: instance, tree, summary } = snapshot;
  const sizes = { files: summary?.total_files_processed, bytes: summary?.total_bytes_processed };
  return { source: source.id, snapshot: id, time, instance, tree, ...sizes };
}

function tableOf(rewritten: readonly RewrittenSnapshot[], { messages, language }: CommandCall): readonly string[] {
  const words = messages.output;
  const columns = [
    { title: words.columnId },
    { title: words.columnNew },
    { title: words.columnTime },
    { title: words.columnInstance },
    { title: words.columnSize, align: "right" },
  ] as const;
  const rows = rewritten.map(({ source, snapshot: { time, hostname, summary }, id }) => [
    shortId(source.id),
    id === undefined ? "" : shortId(id),
    formatTime(msOfTimeText(time)),
    printable(hostname),
    summary === undefined ? "" : formatSize(summary.total_bytes_processed, language),
  ]);
  return tableLines(columns, rows);
}

function summaryLines(summary: RewriteSummary, { messages, language }: CommandCall): readonly string[] {
  const words = messages.output;
  const count = (value: number): string => formatCount(value, language);
  const { dryRun, rewritten, unchanged, notRewritten, removed } = summary;
  const detail = fill(words.rewrittenDetail, { rewritten: count(rewritten.length), unchanged: count(unchanged) });
  return labelLines([
    [words.repository, summary.location],
    [dryRun ? words.wouldRewrite : words.rewritten, detail],
    [
      dryRun ? words.wouldRemove : words.rewriteRemoved,
      removed.length > 0 ? fill(words.rewriteRemovedDetail, { count: count(removed.length) }) : undefined,
    ],
    [words.duration, formatDuration(summary.tookMs, language)],
    [words.dryRun, dryRun ? words.dryRunBackup : undefined],
    [words.incomplete, notRewritten > 0 ? fill(words.rewriteIncomplete, { count: count(notRewritten) }) : undefined],
  ]);
}
