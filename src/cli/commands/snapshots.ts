/** `obhut snapshots` */
import { shortId } from "../../base/ids.ts";
import { type ListedCopies, listCopies } from "../../jobs/list-copies.ts";
import { listSnapshots } from "../../jobs/list-snapshots.ts";
import { formatSize, formatTime } from "../../messages/format-values.ts";
import { copyName } from "../../plain/read/open-copies.ts";
import { isPlain } from "../../plans/plain-destination.ts";
import { msOfTimeText } from "../../repository/format/time-text.ts";
import type { SnapshotLabel, StoredSnapshot } from "../../repository/snapshots.ts";
import { askedFilter } from "../asked-filter.ts";
import { askedAnySource } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { printable, tableLines } from "../output/table.ts";

export const run: Command = async (call) => {
  const { args, parts, reporter } = call;
  const from = askedAnySource(args, parts.env, parts.folder);
  const filter = askedFilter(args);
  const watch = { emit: reporter.emit, signal: call.signal };
  if (isPlain(from)) return showCopies(await listCopies({ place: from, filter }, parts, watch), call);
  const listed = await listSnapshots({ repository: from, filter }, parts, watch);
  for (const snapshot of listed.snapshots) reporter.record("snapshot", recordOf(snapshot));
  reporter.lines(tableOf(listed.snapshots, call));
  const { location: repository, snapshots, incomplete } = listed;
  reporter.record("summary", { command: "snapshots", repository, snapshots: snapshots.length, incomplete });
  return incomplete ? 3 : 0;
};

/** Plain copies: what a snapshot of a repository does not have is left out. */
function showCopies({ location, copies }: ListedCopies, { reporter, messages, language }: CommandCall): number {
  for (const { copy, ...label } of copies) {
    const { id, time, hostname: instance, tags, paths, programVersion } = label;
    const { sequence, complete, files, bytes } = copy.record;
    const about = { name: copyName(copy), sequence, complete, files, bytes };
    reporter.record("snapshot", { id, time, instance, tags, paths, programVersion, ...about });
  }
  const rows = copies.map(({ copy, ...label }) => ({ label, bytes: copy.record.bytes, last: copyName(copy) }));
  reporter.lines(labelTable(rows, messages.output.plainCopy, { messages, language }));
  reporter.record("summary", { command: "snapshots", repository: location, snapshots: copies.length });
  return 0;
}

function recordOf({ hostname, programVersion, summary, ...snapshot }: StoredSnapshot): object {
  const { id, time, parent, tree, paths, username, tags, original } = snapshot;
  const sizes = {
    files: summary?.total_files_processed,
    bytes: summary?.total_bytes_processed,
    bytesAdded: summary?.data_added,
    bytesStored: summary?.data_added_packed,
  };
  return { id, time, instance: hostname, username, tags, paths, parent, original, tree, programVersion, ...sizes };
}

function tableOf(snapshots: readonly StoredSnapshot[], call: CommandCall): readonly string[] {
  const rows = snapshots.map((label) => ({
    label,
    bytes: label.summary?.total_bytes_processed,
    last: printable(label.paths.join(", ")),
  }));
  return labelTable(rows, call.messages.output.columnPaths, call);
}

interface LabelRow {
  readonly label: Pick<SnapshotLabel, "id" | "time" | "hostname" | "tags">;
  /** Undefined where it is not told. */
  readonly bytes: number | undefined;
  readonly last: string;
}

/** `last`: the title of the last column. */
function labelTable(
  rows: readonly LabelRow[],
  last: string,
  { messages, language }: Pick<CommandCall, "messages" | "language">,
): readonly string[] {
  const words = messages.output;
  if (rows.length === 0) return [words.noSnapshots];
  const columns = [
    { title: words.columnId },
    { title: words.columnTime },
    { title: words.columnInstance },
    { title: words.columnSize, align: "right" },
    { title: words.columnTags },
    { title: last },
  ] as const;
  const cells = rows.map(({ label: { id, time, hostname, tags }, bytes, last }) => [
    shortId(id),
    formatTime(msOfTimeText(time)),
    printable(hostname),
    bytes === undefined ? "" : formatSize(bytes, language),
    printable(tags.join(",")),
    last,
  ]);
  return tableLines(columns, cells);
}
