/** What a forget is going to do, snapshot by snapshot, and why. */
import { shortId } from "../../base/ids.ts";
import { formatTime } from "../../messages/format-values.ts";
import type { Messages } from "../../messages/messages.ts";
import { fill } from "../../messages/sentence.ts";
import type { KeepReason } from "../../repository/forget/apply-policy.ts";
import { type GroupKey, groupText } from "../../repository/forget/group-snapshots.ts";
import type { PlannedGroup } from "../../repository/forget/plan-forget.ts";
import { durationText } from "../../repository/forget/retention-policy.ts";
import { msOfTimeText } from "../../repository/format/time-text.ts";
import type { CommandCall } from "../command.ts";
import { printable, tableLines } from "./table.ts";

export function forgetPlanLines(groups: readonly PlannedGroup[], call: CommandCall): readonly string[] {
  const tables = groups
    .filter(({ decisions }) => decisions.length > 0)
    .map((group) => [...heading(group.key), ...tableOf(group, call), ""]);
  return tables.length === 0 ? [call.messages.output.noSnapshots] : tables.flat();
}

function heading(key: GroupKey): readonly string[] {
  const text = groupText(key);
  return text === "" ? [] : [`${printable(text)}:`];
}

function tableOf({ key, decisions }: PlannedGroup, { messages }: CommandCall): readonly string[] {
  const words = messages.output;
  const titles = [
    words.columnId,
    words.columnTime,
    ...(key.host === undefined ? [words.columnInstance] : []),
    words.columnTags,
    words.columnDecision,
    words.columnWhy,
  ];
  const rows = decisions.map(({ snapshot: { id, time, hostname, tags }, reasons }) => [
    shortId(id),
    formatTime(msOfTimeText(time)),
    ...(key.host === undefined ? [printable(hostname)] : []),
    printable(tags.join(",")),
    reasons.length > 0 ? words.decisionKeep : words.decisionRemove,
    printable(reasons.map((reason) => reasonWords(reason, words)).join(", ")),
  ]);
  return tableLines(
    titles.map((title) => ({ title })),
    rows,
  );
}

function reasonWords(reason: KeepReason, words: Messages["output"]): string {
  const names = {
    last: words.keepLast,
    hourly: words.keepHourly,
    daily: words.keepDaily,
    weekly: words.keepWeekly,
    monthly: words.keepMonthly,
    yearly: words.keepYearly,
  };
  const aged = (name: string, oldest: boolean): string => (oldest ? fill(words.keepOldest, { rule: name }) : name);
  switch (reason.rule) {
    case "tags":
      return fill(words.keepTags, { tags: reason.tags.join(",") });
    case "within": {
      const within = fill(words.keepWithin, { duration: durationText(reason.duration) });
      return reason.period === undefined ? within : aged(`${names[reason.period]} ${within}`, reason.oldest);
    }
    case "future":
      return words.keepFuture;
    case "good":
      return words.keepGood;
    default:
      return aged(names[reason.rule], reason.oldest);
  }
}
