/** `obhut check` */
import { reason } from "../../base/reason-codes.ts";
import { type CheckSummary, runCheck } from "../../jobs/run-check.ts";
import { formatCount, formatDuration, formatSize } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import { parseReadDataSubset, type ReadData } from "../../repository/check/check-options.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { labelLines } from "../output/table.ts";
import { type ParsedArguments, usageError } from "../parse-arguments.ts";

export const run: Command = async (call) => {
  const { args, parts, reporter, signal } = call;
  const options = { repository: askedSource(args, parts.env, parts.folder), readData: askedReadData(args) };
  const summary = await runCheck(options, parts, { emit: reporter.emit, signal });
  const { location, ...figures } = summary;
  const value = { command: "check", repository: location, ...figures, incomplete: summary.errors > 0 };
  reporter.summary(value, () => summaryLines(summary, call));
  return summary.errors > 0 ? 3 : 0;
};

function askedReadData(args: ParsedArguments): ReadData {
  const subset = args.value("read-data-subset");
  if (subset === undefined) return { kind: args.flag("read-data") ? "all" : "none" };
  if (args.flag("read-data")) {
    throw usageError(reason("oneOfTwo", { first: "--read-data", second: "--read-data-subset" }));
  }
  const parsed = parseReadDataSubset(subset);
  if (parsed === undefined) throw usageError(reason("subsetInvalid", { value: subset }));
  return parsed;
}

function summaryLines(summary: CheckSummary, { messages, language }: CommandCall): readonly string[] {
  const words = messages.output;
  const count = (value: number): string => formatCount(value, language);
  const { snapshots, packs, blobs, packsRead, bytesRead, errors } = summary;
  return labelLines([
    [words.repository, summary.location],
    [words.checked, fill(words.checkDetail, { snapshots: count(snapshots), packs: count(packs), blobs: count(blobs) })],
    [
      words.read,
      packsRead === 0
        ? undefined
        : fill(words.checkRead, { packs: count(packsRead), size: formatSize(bytesRead, language) }),
    ],
    [words.duration, formatDuration(summary.tookMs, language)],
    [words.result, errors === 0 ? words.checkOk : fill(words.checkFailed, { count: count(errors) })],
  ]);
}
