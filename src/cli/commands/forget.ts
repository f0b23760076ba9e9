/** `obhut forget` */

import { reason } from "../../base/reason-codes.ts";
import { forgetCopies } from "../../jobs/forget-copies.ts";
import { type ForgetSummary, type RunForgetOptions, runForget } from "../../jobs/run-forget.ts";
import { formatCount, formatDuration, formatSize } from "../../messages/format-values.ts";
import type { AnyDestination, PlainDestination } from "../../plans/destination.ts";
import { isPlain } from "../../plans/plain-destination.ts";
import type { PlannedGroup } from "../../repository/forget/plan-forget.ts";
import { reasonText } from "../../repository/forget/reason-text.ts";
import type { PruneCounts } from "../../repository/prune/prune-plan.ts";
import { askedFilter } from "../asked-filter.ts";
import { askedPrune } from "../asked-prune.ts";
import { askedAnySource } from "../asked-repositories.ts";
import { askedForget } from "../asked-retention.ts";
import type { Command, CommandCall } from "../command.ts";
import { forgetPlanLines } from "../output/forget-plan-lines.ts";
import { prunePlanLines } from "../output/prune-plan-lines.ts";
import { labelLines } from "../output/table.ts";
import { usageError } from "../parse-arguments.ts";

export const run: Command = async (call) => {
  const { parts, reporter, signal } = call;
  const { from, ...options } = askedOptions(call);
  const watch = { emit: reporter.emit, signal };
  const summary = isPlain(from)
    ? await forgetCopies({ ...options, place: requireNoPrune(from, options) }, parts, watch)
    : await runForget({ ...options, repository: from }, parts, watch);
  reporter.summary(summaryValue(summary), () => summaryLines(summary, isPlain(from), call));
  return summary.incomplete || summary.prune?.incomplete ? 3 : 0;
};

/** Copies free their space themselves. */
function requireNoPrune(place: PlainDestination, { prune }: { readonly prune?: unknown }): PlainDestination {
  if (prune !== undefined) throw usageError(reason("plainNotFor", { option: "--prune" }));
  return place;
}

interface AskedForget extends Omit<RunForgetOptions, "repository" | "onPlan"> {
  readonly from: AnyDestination;
  readonly onPlan: (groups: readonly PlannedGroup[]) => void;
}

function askedOptions(call: CommandCall): AskedForget {
  const { args, parts, reporter } = call;
  const dryRun = args.flag("dry-run");
  // After a dry run the plan is what was asked for.
  const shown = dryRun || !args.flag("quiet");
  return {
    from: askedAnySource(args, parts.env, parts.folder),
    choice: askedForget(args),
    filter: askedFilter(args),
    allowRemoveAll: args.flag("unsafe-allow-remove-all"),
    prune: args.flag("prune") ? askedPrune(args) : undefined,
    dryRun,
    onPlan: (groups: readonly PlannedGroup[]) => {
      for (const record of groups.flatMap(recordsOf)) reporter.record("decision", record);
      if (shown) reporter.lines(forgetPlanLines(groups, call));
    },
    onPrunePlan: (plan: PruneCounts) => {
      reporter.record("plan", plan);
      if (shown) reporter.lines(prunePlanLines(plan, call));
    },
  };
}

function recordsOf({ decisions }: PlannedGroup): object[] {
  return decisions.map(({ snapshot, reasons }) => {
    const { id, time, hostname: instance, tags, paths } = snapshot;
    return { id, time, instance, tags, paths, keep: reasons.length > 0, reasons: reasons.map(reasonText) };
  });
}

function summaryValue({ location, removed, failed, prune, pruneFailed, ...rest }: ForgetSummary): object {
  const pruned = prune?.applied === undefined ? {} : { prune: prune.applied };
  const incomplete = rest.incomplete || prune?.incomplete === true;
  return {
    command: "forget",
    repository: location,
    ...rest,
    removed: removed.length,
    failed: failed.length,
    ...pruned,
    ...(pruneFailed ? { pruneFailed } : {}),
    incomplete,
  };
}

function summaryLines(
  summary: ForgetSummary,
  isCopies: boolean,
  { messages, language }: CommandCall,
): readonly string[] {
  const words = messages.output;
  const { location, dryRun, kept, removed, failed, prune, tookMs } = summary;
  const count = (value: number): string => formatCount(value, language);
  const applied = prune?.applied;
  const freed = applied && Math.max(0, applied.bytesRemoved - applied.bytesWritten);
  return labelLines([
    [words.repository, location],
    [words.dryRun, dryRun ? words.dryRunForget : undefined],
    [words.forgetKept, count(kept)],
    [dryRun ? words.forgetWouldRemove : words.forgetRemoved, count(removed.length)],
    [words.forgetFailed, failed.length > 0 ? count(failed.length) : undefined],
    [words.pruneFreed, freed === undefined ? undefined : formatSize(freed, language)],
    [
      words.forgetSpace,
      prune === undefined && !dryRun && removed.length > 0 && !isCopies ? words.forgetPrune : undefined,
    ],
    [words.duration, formatDuration(tookMs, language)],
  ]);
}
