/** `obhut repair packs` */
import { runRepairPacks } from "../../jobs/run-repair-packs.ts";
import { formatCount, formatDuration } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command } from "../command.ts";
import { labelLines } from "../output/table.ts";

export const run: Command = async ({ args, parts, reporter, messages, language, signal }) => {
  const options = {
    repository: askedSource(args, parts.env, parts.folder),
    packs: args.positionals,
    dryRun: args.flag("dry-run"),
  };
  const { location, ...summary } = await runRepairPacks(options, parts, { emit: reporter.emit, signal });
  const words = messages.output;
  const count = (value: number): string => formatCount(value, language);
  const { packsRemoved, packsSound, blobsSaved, blobsLost, dryRun, tookMs } = summary;
  const packs = { removed: count(packsRemoved), sound: count(packsSound) };
  const pieces = { saved: count(blobsSaved), lost: count(blobsLost) };
  reporter.summary({ command: "repair packs", repository: location, ...summary }, () =>
    labelLines([
      [words.repository, location],
      [words.repairedPacks, fill(words.repairPacksDetail, packs)],
      [words.repairedPieces, fill(words.repairPiecesDetail, pieces)],
      [words.duration, formatDuration(tookMs, language)],
      [words.dryRun, dryRun ? words.dryRunBackup : undefined],
      [words.repairNext, blobsLost > 0 && !dryRun ? words.repairSnapshotsNext : undefined],
    ]),
  );
  return summary.incomplete ? 3 : 0;
};
