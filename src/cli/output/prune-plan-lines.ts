/** A prune's plan as a table: what is there, and what becomes of it. */
import { formatCount, formatSize } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import type { PruneCounts } from "../../repository/prune/prune-plan.ts";
import type { CommandCall } from "../command.ts";
import { labelLines, tableLines } from "./table.ts";

type Amount = PruneCounts["used"];

export function prunePlanLines(plan: PruneCounts, { messages, language }: CommandCall): readonly string[] {
  const words = messages.output;
  const count = (value: number): string => formatCount(value, language);
  const row = (title: string, { blobs, bytes }: Amount): readonly string[] => [
    title,
    count(blobs),
    formatSize(bytes, language),
  ];
  const columns = [
    { title: words.columnContent },
    { title: words.columnPieces, align: "right" },
    { title: words.columnSize, align: "right" },
  ] as const;
  const rows = [
    row(words.pruneUsed, plan.used),
    ...(plan.duplicate.blobs === 0 ? [] : [row(words.pruneDuplicate, plan.duplicate)]),
    row(words.pruneUnused, plan.unused),
    row(words.pruneRepack, plan.repack),
    row(words.pruneGoing, plus(plan.removed, plan.repackRemoved)),
    row(words.pruneStaying, plan.remainingUnused),
  ];
  const { packs, unlistedBytes } = plan;
  const names = Object.fromEntries(Object.entries(packs).map(([name, value]) => [name, count(value)]));
  const unlisted = { count: count(packs.unlisted - packs.young), size: formatSize(unlistedBytes, language) };
  return [
    ...tableLines(columns, rows),
    "",
    ...labelLines([
      [words.prunePacksThere, fill(words.prunePacksThereDetail, names)],
      [words.prunePacksDo, fill(words.prunePacksDoDetail, names)],
      [
        words.prunePacksUnlisted,
        packs.unlisted === packs.young ? undefined : fill(words.prunePacksUnlistedDetail, unlisted),
      ],
    ]),
    "",
  ];
}

function plus(a: Amount, b: Amount): Amount {
  return { blobs: a.blobs + b.blobs, bytes: a.bytes + b.bytes };
}
