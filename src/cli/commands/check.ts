/** `obhut check` */
import { reason } from "../../base/reason-codes.ts";
import { type CheckedCopies, checkCopies } from "../../jobs/check-copies.ts";
import { type CheckSummary, runCheck } from "../../jobs/run-check.ts";
import { formatCount, formatDuration, formatSize } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import { isPlain } from "../../plans/plain-destination.ts";
import { parseReadDataSubset, type ReadData } from "../../repository/check/check-options.ts";
import { askedAnySource } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { labelLines } from "../output/table.ts";
import { type ParsedArguments, usageError } from "../parse-arguments.ts";

export const run: Command = async (call) => {
  const { args, parts, reporter, signal } = call;
  const from = askedAnySource(args, parts.env, parts.folder);
  const readData = askedReadData(args);
  const watch = { emit: reporter.emit, signal };
  if (isPlain(from)) {
    if (readData.kind !== "all" && readData.kind !== "none") {
      throw usageError(reason("plainNotFor", { option: "--read-data-subset" }));
    }
    return showCopies(await checkCopies({ place: from, readData: readData.kind === "all" }, parts, watch), call);
  }
  const summary = await runCheck({ repository: from, readData }, parts, watch);
  const { location, ...figures } = summary;
  const value = { command: "check", repository: location, ...figures, incomplete: summary.errors > 0 };
  reporter.summary(value, () => summaryLines(summary, call));
  return summary.errors > 0 ? 3 : 0;
};

function showCopies(checked: CheckedCopies, { reporter, messages, language }: CommandCall): number {
  const words = messages.output;
  const count = (value: number): string => formatCount(value, language);
  const { location, copies, files, filesRead, bytesRead, errors, tookMs } = checked;
  const { location: repository, ...figures } = checked;
  const read = fill(words.copiesRead, { files: count(filesRead), size: formatSize(bytesRead, language) });
  reporter.summary({ command: "check", repository, ...figures, incomplete: errors > 0 }, () =>
    labelLines([
      [words.place, location],
      [words.checked, fill(words.copiesChecked, { copies: count(copies), files: count(files) })],
      [words.read, filesRead === 0 ? undefined : read],
      [words.duration, formatDuration(tookMs, language)],
      [words.result, errors === 0 ? words.checkOk : fill(words.checkFailed, { count: count(errors) })],
    ]),
  );
  return errors > 0 ? 3 : 0;
}

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
