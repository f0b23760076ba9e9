/** `obhut repair index` */
import { runRepairIndex } from "../../jobs/run-repair-index.ts";
import { formatCount, formatDuration } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command } from "../command.ts";
import { labelLines } from "../output/table.ts";

export const run: Command = async ({ args, parts, reporter, messages, language, signal }) => {
  const options = {
    repository: askedSource(args, parts.env, parts.folder),
    readAllPacks: args.flag("read-all-packs"),
    dryRun: args.flag("dry-run"),
  };
  const { location, ...summary } = await runRepairIndex(options, parts, { emit: reporter.emit, signal });
  const words = messages.output;
  const count = (value: number): string => formatCount(value, language);
  const { packs, packsRead, packsAdded, packsDropped, indexesWritten, indexesRemoved, dryRun, tookMs } = summary;
  const detail = {
    packs: count(packs),
    read: count(packsRead),
    added: count(packsAdded),
    dropped: count(packsDropped),
  };
  const files = { written: count(indexesWritten), removed: count(indexesRemoved) };
  reporter.summary({ command: "repair index", repository: location, ...summary }, () =>
    labelLines([
      [words.repository, location],
      [words.repairedPacks, fill(words.repairIndexDetail, detail)],
      [words.repairedIndexes, fill(words.repairIndexFiles, files)],
      [words.duration, formatDuration(tookMs, language)],
      [words.dryRun, dryRun ? words.dryRunBackup : undefined],
    ]),
  );
  return summary.incomplete ? 3 : 0;
};
