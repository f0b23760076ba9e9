/** `obhut diff` */
import { displayPath } from "../../base/byte-path.ts";
import { shortId } from "../../base/ids.ts";
import type { AppComparison, TwoSnapshots } from "../../jobs/compare-app.ts";
import { type DiffSummary, runDiff } from "../../jobs/run-diff.ts";
import { formatCount, formatSize, formatTime } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import { rowStates } from "../../openwebui/compare/compare-rows.ts";
import type { Change, SideTotals } from "../../repository/diff/compare-trees.ts";
import { msOfTimeText } from "../../repository/format/time-text.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { differenceLines } from "../output/difference-lines.ts";
import { labelLines, printable } from "../output/table.ts";

/** Lines in one write: a snapshot may hold a hundred thousand files. */
const batchLines = 256;

export const run: Command = async (call) => {
  const { args, parts, reporter, out, signal } = call;
  const [older = "", newer = "", path] = args.positionals;
  const repository = askedSource(args, parts.env, parts.folder);
  const options = { repository, instance: args.value("instance"), path, metadata: args.flag("metadata") };
  const watch = { emit: reporter.emit, signal: AbortSignal.any([signal, out.closed]) };
  let lines: string[] = [];
  const flush = (): void => {
    if (lines.length > 0) reporter.lines([lines.join("\n")]);
    lines = [];
  };
  const summary = await runDiff({ ...options, queries: [older, newer] }, parts, {
    watch,
    viewer: {
      compared: (snapshots, app) => {
        tellRecords(app, call);
        reporter.lines(headLines(snapshots, app, call));
      },
      change: (change) => {
        reporter.record("change", changeRecord(change));
        if (lines.push(changeLine(change, call)) >= batchLines) flush();
      },
    },
  });
  flush();
  reporter.summary(summaryRecord(summary), () => totalLines(summary, call));
  return summary.incomplete ? 3 : 0;
};

function tellRecords(app: AppComparison | undefined, { reporter }: CommandCall): void {
  if (app?.state !== "compared") return;
  for (const { rows, counts, ...kind } of app.difference.kinds) {
    reporter.record("kind", { ...kind, ...counts });
    for (const state of rowStates) {
      for (const { createdMs, updatedMs, ...row } of rows[state]) {
        reporter.record("row", { kind: kind.kind, state, ...row, ...timesOf({ createdMs, updatedMs }) });
      }
    }
  }
  for (const setting of app.difference.settings) reporter.record("setting", setting);
}

function timesOf({ createdMs, updatedMs }: { createdMs: number | undefined; updatedMs: number | undefined }): object {
  const text = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : new Date(ms).toISOString();
  return { created: text(createdMs), updated: text(updatedMs) };
}

function headLines([older, newer]: TwoSnapshots, app: AppComparison | undefined, call: CommandCall): readonly string[] {
  const words = call.messages.contents.diff;
  const shown = ({ id, time, hostname }: TwoSnapshots[0]): string =>
    fill(words.snapshot, { id: shortId(id), time: formatTime(msOfTimeText(time)), instance: printable(hostname) });
  const head = labelLines([
    [words.from, shown(older)],
    [words.to, shown(newer)],
  ]);
  return [...head, "", ...appLines(app, call)];
}

function appLines(app: AppComparison | undefined, { messages, language }: CommandCall): readonly string[] {
  switch (app?.state) {
    case "compared":
      return [...differenceLines(app.difference, { messages, language }), ""];
    case "unchanged":
      return [messages.contents.diff.sameDatabase, ""];
    case "absent":
      return [messages.contents.diff.noDatabase, ""];
    case "encrypted":
      return [messages.contents.diff.encryptedDatabase, ""];
    case "failed":
    case undefined:
      return [];
  }
}

function changeRecord({ path, marks, before, after }: Change): object {
  const node = after ?? before;
  return { path: displayPath(path), change: marks, kind: node?.type, bytesBefore: before?.size, bytes: after?.size };
}

function changeLine({ path, marks, before, after }: Change, { language }: CommandCall): string {
  const isFolder = (after ?? before)?.type === "dir";
  const sizes = [before, after].flatMap((node) => (node?.type === "file" ? [formatSize(node.size, language)] : []));
  const shown = sizes[0] === sizes[1] ? sizes.slice(1) : sizes;
  const name = `${printable(displayPath(path))}${isFolder ? "/" : ""}`;
  return `${marks.padEnd(5)}${name}${shown.length === 0 ? "" : `  (${shown.join(" → ")})`}`;
}

function summaryRecord({ location, snapshots, app, changedFiles, added, removed, incomplete }: DiffSummary): object {
  const [before, after] = snapshots.map(({ id }) => id);
  return {
    command: "diff",
    repository: location,
    before,
    after,
    database: app,
    changedFiles,
    added,
    removed,
    incomplete,
  };
}

function totalLines(
  { changedFiles, added, removed }: DiffSummary,
  { messages, language }: CommandCall,
): readonly string[] {
  const words = messages.contents.diff;
  const count = (value: number): string => formatCount(value, language);
  const both = (of: (side: SideTotals) => number): { added: string; removed: string } => ({
    added: count(of(added)),
    removed: count(of(removed)),
  });
  const pieces = ({ dataBlobs, treeBlobs }: SideTotals): number => dataBlobs + treeBlobs;
  const some = [added, removed].some(({ files, folders, others }) => files + folders + others > 0);
  const sizes = { addedSize: formatSize(added.bytes, language), removedSize: formatSize(removed.bytes, language) };
  const others =
    added.others + removed.others > 0
      ? fill(
          words.foldersDetail,
          both((side) => side.others),
        )
      : undefined;
  if (!some && changedFiles === 0) return [words.nothing];
  return [
    "",
    ...labelLines([
      [words.files, fill(words.filesDetail, { ...both((side) => side.files), changed: count(changedFiles) })],
      [
        words.folders,
        fill(
          words.foldersDetail,
          both((side) => side.folders),
        ),
      ],
      [words.others, others],
      [words.pieces, fill(words.piecesDetail, { ...both(pieces), ...sizes })],
    ]),
  ];
}
