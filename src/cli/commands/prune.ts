/** `obhut prune` */
import { type PruneSummary, runPrune } from "../../jobs/run-prune.ts";
import { formatCount, formatDuration, formatSize } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import type { PruneCounts } from "../../repository/prune/prune-plan.ts";
import { askedPrune } from "../asked-prune.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { prunePlanLines } from "../output/prune-plan-lines.ts";
import { labelLines } from "../output/table.ts";

export const run: Command = async (call) => {
  const { args, parts, reporter, signal } = call;
  const dryRun = args.flag("dry-run");
  const options = { repository: askedSource(args, parts.env, parts.folder), prune: askedPrune(args), dryRun };
  const onPlan = (plan: PruneCounts): void => {
    reporter.record("plan", plan);
    // After a dry run the plan is what was asked for.
    if (dryRun || !args.flag("quiet")) reporter.lines(prunePlanLines(plan, call));
  };
  const summary = await runPrune({ ...options, onPlan }, parts, { emit: reporter.emit, signal });
  reporter.summary(summaryValue(summary), () => summaryLines(summary, call));
  return summary.incomplete ? 3 : 0;
};

function summaryValue({ location, applied, tookMs, incomplete }: PruneSummary): object {
  return { command: "prune", repository: location, dryRun: applied === undefined, ...applied, tookMs, incomplete };
}

function summaryLines(
  { location, applied, tookMs }: PruneSummary,
  { messages, language }: CommandCall,
): readonly string[] {
  const words = messages.output;
  const packs = (count: number, bytes: number): string =>
    fill(words.prunePacks, { count: formatCount(count, language), size: formatSize(bytes, language) });
  return labelLines([
    [words.repository, location],
    [words.dryRun, applied === undefined ? words.pruneNothingChanged : undefined],
    [words.pruneWritten, applied && packs(applied.packsWritten, applied.bytesWritten)],
    [words.pruneRemoved, applied && packs(applied.packsRemoved, applied.bytesRemoved)],
    [words.pruneFreed, applied && formatSize(Math.max(0, applied.bytesRemoved - applied.bytesWritten), language)],
    [words.duration, formatDuration(tookMs, language)],
  ]);
}
