/** `obhut repair snapshots` */
import { shortId } from "../../base/ids.ts";
import { type RepairSnapshotsSummary, runRepairSnapshots } from "../../jobs/run-repair-snapshots.ts";
import { formatCount, formatDuration } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import { askedFilter } from "../asked-filter.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { labelLines, tableLines } from "../output/table.ts";

export const run: Command = async (call) => {
  const { args, parts, reporter, signal } = call;
  const options = {
    repository: askedSource(args, parts.env, parts.folder),
    snapshots: { queries: args.positionals, filter: askedFilter(args) },
    forget: args.flag("forget"),
    dryRun: args.flag("dry-run"),
  };
  const summary = await runRepairSnapshots(options, parts, { emit: reporter.emit, signal });
  const { location, repaired, beyondRepair, removed, ...figures } = summary;
  for (const one of repaired) reporter.record("repaired", { old: one.old, snapshot: one.new });
  const counts = { repaired: repaired.length, beyondRepair, removed };
  reporter.summary({ command: "repair snapshots", repository: location, ...figures, ...counts }, () => [
    ...(repaired.length > 0 ? [...tableOf(summary, call), ""] : []),
    ...summaryLines(summary, call),
  ]);
  return summary.incomplete ? 3 : 0;
};

function tableOf(
  { repaired }: RepairSnapshotsSummary,
  { messages: { output: words } }: CommandCall,
): readonly string[] {
  const rows = repaired.map((one) => [shortId(one.old), one.new === undefined ? "" : shortId(one.new)]);
  return tableLines([{ title: words.columnId }, { title: words.columnNew }], rows);
}

function summaryLines(summary: RepairSnapshotsSummary, { messages, language }: CommandCall): readonly string[] {
  const words = messages.output;
  const count = (value: number): string => formatCount(value, language);
  const { location, snapshots, repaired, beyondRepair, removed, dryRun, tookMs } = summary;
  const whole = { repaired: count(repaired.length), looked: count(snapshots) };
  return labelLines([
    [words.repository, location],
    [words.repairedSnapshots, fill(words.repairSnapshotsDetail, whole)],
    [words.beyondRepair, beyondRepair.length > 0 ? beyondRepair.map(shortId).join(", ") : undefined],
    [words.rewriteRemoved, removed > 0 ? fill(words.rewriteRemovedDetail, { count: count(removed) }) : undefined],
    [words.duration, formatDuration(tookMs, language)],
    [words.dryRun, dryRun ? words.dryRunBackup : undefined],
  ]);
}
