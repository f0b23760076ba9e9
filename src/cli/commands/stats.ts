/** `obhut stats` */
import { shortId } from "../../base/ids.ts";
import { type ModeFigures, runStats, type SnapshotGrowth } from "../../jobs/run-stats.ts";
import { formatCount, formatNumber, formatSize, formatTime } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import { msOfTimeText } from "../../repository/format/time-text.ts";
import { type StatsMode, statsModes } from "../../repository/stats/stats-modes.ts";
import { askedFilter } from "../asked-filter.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { labelLines, printable, tableLines } from "../output/table.ts";

export const run: Command = async (call) => {
  const { args, parts, reporter, signal } = call;
  const snapshots = { queries: args.positionals, filter: askedFilter(args) };
  const options = { repository: askedSource(args, parts.env, parts.folder), snapshots, mode: askedMode(call) };
  const { location, growth, modes, ...summary } = await runStats(options, parts, { emit: reporter.emit, signal });
  for (const one of growth) reporter.record("growth", growthRecord(one));
  for (const { compression, ...figures } of modes) reporter.record("stats", { ...figures, ...compression });
  if (growth.length > 0) reporter.lines([...growthTable(growth, call), ""]);
  reporter.lines(figureLines(modes, summary.snapshots, call));
  reporter.record("summary", { command: "stats", repository: location, ...summary });
  return summary.incomplete ? 3 : 0;
};

function askedMode({ args }: CommandCall): StatsMode | undefined {
  return statsModes.find((mode) => mode === args.value("mode"));
}

function growthRecord({ snapshot, ...growth }: SnapshotGrowth): object {
  const { id, time, hostname } = snapshot;
  return { snapshot: id, time, instance: hostname, ...growth };
}

function growthTable(growth: readonly SnapshotGrowth[], { messages, language }: CommandCall): readonly string[] {
  const [words, own] = [messages.output, messages.contents.stats];
  const columns = [
    { title: words.columnId },
    { title: words.columnTime },
    { title: words.columnInstance },
    { title: own.columnAdded, align: "right" },
    { title: own.columnStored, align: "right" },
    { title: own.columnFreed, align: "right" },
  ] as const;
  const rows = growth.map(({ snapshot, bytesAdded, bytesStored, bytesFreed }) => [
    shortId(snapshot.id),
    formatTime(msOfTimeText(snapshot.time)),
    printable(snapshot.hostname),
    ...[bytesAdded, bytesStored, bytesFreed].map((bytes) => formatSize(bytes, language)),
  ]);
  return tableLines(columns, rows);
}

function figureLines(
  modes: readonly ModeFigures[],
  snapshots: number,
  { messages, language }: CommandCall,
): readonly string[] {
  const words = messages.contents.stats;
  const rows = modes.flatMap(({ mode, bytes, files = 0, blobs = 0, compression }) => {
    const [label, sentence] = {
      "restore-size": [words.restoreSize, words.restoreSizeDetail] as const,
      "files-by-contents": [words.contents, words.contentsDetail] as const,
      "blobs-per-file": [words.perFile, words.perFileDetail] as const,
      "raw-data": [words.rawData, words.rawDataDetail] as const,
    }[mode];
    const count = (value: number): string => formatCount(value, language);
    const detail = fill(sentence, { size: formatSize(bytes, language), files: count(files), blobs: count(blobs) });
    const row = [label, detail] as const;
    return compression === undefined ? [row] : [row, ...compressionRows(compression, { messages, language })];
  });
  return labelLines([[words.snapshots, formatCount(snapshots, language)], ...rows]);
}

function compressionRows(
  { uncompressedBytes, ratio, progress, saving }: NonNullable<ModeFigures["compression"]>,
  { messages, language }: Pick<CommandCall, "messages" | "language">,
): readonly (readonly [string, string])[] {
  const words = messages.contents.stats;
  const number = (value: number, digits: number): string => formatNumber(value, digits, language);
  const parts = [fill(words.compressionDetail, { saving: number(saving, 1) })];
  if (ratio !== undefined) {
    parts.push(fill(words.compressionRatio, { ratio: number(ratio, 2), progress: number(progress, 1) }));
  }
  return [
    [words.uncompressed, formatSize(uncompressedBytes, language)],
    [words.compression, parts.join(", ")],
  ];
}
