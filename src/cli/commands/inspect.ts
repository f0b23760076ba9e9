/** `obhut inspect` */
import { resolve } from "node:path";
import { displayPath } from "../../base/byte-path.ts";
import { reason } from "../../base/reason-codes.ts";
import type { Inspection } from "../../capture/inspect-instance.ts";
import { type InspectSummary, runInspect } from "../../jobs/run-inspect.ts";
import { formatCount, formatSize } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import { appVersionText } from "../app-version-text.ts";
import { askedMode } from "../asked-mode.ts";
import type { Command, CommandCall } from "../command.ts";
import { labelLines, printable, tableLines } from "../output/table.ts";
import { usageError } from "../parse-arguments.ts";

export const run: Command = async (call) => {
  const { args, parts, reporter, signal } = call;
  const { env, folder } = parts;
  const asked = args.positionals[0] ?? args.value("data") ?? (env["OBHUT_DATA"] || env["DATA_DIR"]);
  if (!asked) throw usageError(reason("dataNotGiven", {}));
  const inFolder = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(folder, path);
  const options = {
    dataDirectory: resolve(folder, asked),
    envFile: inFolder(args.value("env-file")),
    secretKeyFile: inFolder(args.value("secret-key-file")),
    ...askedMode(args),
  };
  const summary = await runInspect(options, parts, { emit: reporter.emit, signal });
  for (const { path, leftOut, ...item } of summary.inspection.items) {
    reporter.record("part", { path: displayPath(path), ...item, captured: leftOut === undefined });
  }
  for (const [name, rows] of allCounts(summary.inspection)) reporter.record("table", { name, rows });
  reporter.lines(inspectLines(summary, call));
  reporter.record("summary", summaryValue(summary));
  return summary.incomplete ? 3 : 0;
};

function summaryValue({ inspection, files, bytes, capturedBytes, incomplete }: InspectSummary): object {
  const { dataDir, app, schema, embedding, database, appPid, keys } = inspection;
  return {
    command: "inspect",
    dataDirectory: dataDir,
    appVersion: app?.version,
    appVersionCertainty: app?.certainty,
    schema: schema?.revision,
    embedding,
    database,
    appPid,
    keysSeen: keys.seen,
    files,
    bytes,
    capturedBytes,
    incomplete,
  };
}

function allCounts({ counts, vectors }: Inspection): readonly (readonly [string, number])[] {
  const vectorCounts =
    vectors === undefined ? {} : { collections: vectors.collections, embeddings: vectors.embeddings };
  return Object.entries({ ...counts, ...vectorCounts });
}

function inspectLines(summary: InspectSummary, call: CommandCall): readonly string[] {
  const { messages, language } = call;
  const words = messages.output;
  const { inspection } = summary;
  const size = (bytes: number): string => formatSize(bytes, language);
  const parts = inspection.items.map(({ path, meaning, files, bytes, leftOut }) => [
    printable(displayPath(path)),
    formatCount(files, language),
    size(bytes),
    messages.instance.meanings[meaning] + (leftOut === undefined ? "" : ` (${words.notCaptured})`),
  ]);
  const names: Readonly<Record<string, string>> = messages.instance.tables;
  const counts = allCounts(inspection).filter(([, rows]) => rows > 0);
  const total = {
    files: formatCount(summary.files, language),
    size: size(summary.bytes),
    captured: size(summary.capturedBytes),
  };
  return [
    ...labelLines(factRows(inspection, call)),
    "",
    ...tableLines(
      [
        { title: words.columnPath },
        { title: words.columnFiles, align: "right" },
        { title: words.columnSize, align: "right" },
        { title: words.columnMeaning },
      ],
      parts,
    ),
    fill(words.inspectTotal, total),
    "",
    ...tableLines(
      [{ title: words.columnNumber, align: "right" }, { title: words.columnMeaning }],
      counts.map(([name, rows]) => [formatCount(rows, language), names[name] ?? name]),
    ),
  ];
}

function factRows(
  inspection: Inspection,
  { messages }: CommandCall,
): readonly (readonly [string, string | undefined])[] {
  const words = messages.output;
  const { dataDir, app, schema, embedding, database, appPid, keys } = inspection;
  const dimensions = embedding.dimensions.map((count) => fill(words.vectorsOf, { count }));
  const model = [embedding.engine, embedding.model, ...dimensions].filter((text) => text);
  return [
    [words.dataDirectory, dataDir],
    [words.appVersion, appVersionText(app, words)],
    [words.schema, schema?.revision],
    [words.process, appPid === undefined ? undefined : String(appPid)],
    [words.database, messages.instance.databaseStates[database.how]],
    [words.embedding, model.length === 0 ? undefined : model.join(", ")],
    [words.keysSeen, keys.seen.length === 0 ? words.none : keys.seen.join(", ")],
  ];
}
