/** `obhut tag` */
import { shortId } from "../../base/ids.ts";
import { reason } from "../../base/reason-codes.ts";
import { runTag, type TagSummary } from "../../jobs/run-tag.ts";
import { formatCount, formatTime } from "../../messages/format-values.ts";
import type { TagChange } from "../../repository/change-tags.ts";
import { msOfTimeText } from "../../repository/format/time-text.ts";
import { askedFilter, splitTags } from "../asked-filter.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { labelLines, printable, tableLines } from "../output/table.ts";
import { type ParsedArguments, usageError } from "../parse-arguments.ts";

export const run: Command = async (call) => {
  const { args, parts, reporter, signal } = call;
  const repository = askedSource(args, parts.env, parts.folder);
  const options = { repository, queries: args.positionals, filter: askedFilter(args), change: askedChange(args) };
  const ignored = args.positionals.length > 0 && (["tag", "path"] as const).find((name) => args.flag(name));
  if (ignored) throw usageError(reason("namedAndChosen", { option: `--${ignored}` }));
  const summary = await runTag(options, parts, { emit: reporter.emit, signal });
  const { location, changed, unchanged, incomplete } = summary;
  for (const { old, id, tags } of changed) reporter.record("tagged", { old: old.id, snapshot: id, tags });
  if (changed.length > 0) reporter.lines([...tableOf(summary, call), ""]);
  const value = { command: "tag", repository: location, changed: changed.length, unchanged, incomplete };
  reporter.summary(value, () => summaryLines(summary, call));
  return incomplete ? 3 : 0;
};

function askedChange(args: ParsedArguments): TagChange {
  const [add, remove] = [splitTags(args.list("add")), splitTags(args.list("remove"))];
  if (args.flag("set")) {
    const other = (["add", "remove"] as const).find((name) => args.flag(name));
    if (other !== undefined) throw usageError(reason("oneOfTwo", { first: "--set", second: `--${other}` }));
    return { kind: "set", tags: splitTags(args.list("set")) };
  }
  if (add.length + remove.length === 0) throw usageError(reason("tagsNotGiven", {}));
  return { kind: "edit", add, remove };
}

function tableOf({ changed }: TagSummary, { messages: { output: words } }: CommandCall): readonly string[] {
  const columns = [words.columnId, words.columnNewId, words.columnTime, words.columnInstance, words.columnTags];
  const rows = changed.map(({ old, id, tags }) => [
    shortId(old.id),
    shortId(id),
    formatTime(msOfTimeText(old.time)),
    printable(old.hostname),
    printable(tags.join(",")),
  ]);
  return tableLines(
    columns.map((title) => ({ title })),
    rows,
  );
}

function summaryLines(
  { location, changed, unchanged }: TagSummary,
  { messages, language }: CommandCall,
): readonly string[] {
  const words = messages.output;
  return labelLines([
    [words.repository, location],
    [words.tagChanged, formatCount(changed.length, language)],
    [words.tagUnchanged, formatCount(unchanged, language)],
  ]);
}
