/** `obhut restore` */
import { resolve } from "node:path";
import { reason } from "../../base/reason-codes.ts";
import { type RestoreSummary, type RunRestoreOptions, runRestore } from "../../jobs/run-restore.ts";
import { runRestoreCopy } from "../../jobs/run-restore-copy.ts";
import { formatCount, formatDuration, formatSize, formatTime } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import type { AnyDestination } from "../../plans/destination.ts";
import { isPlain } from "../../plans/plain-destination.ts";
import { msOfTimeText } from "../../repository/format/time-text.ts";
import { askedParts } from "../asked-parts.ts";
import { askedAnySource } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { labelLines } from "../output/table.ts";
import { usageError } from "../parse-arguments.ts";
import { programName } from "../program-name.ts";
import { startCommands } from "../start-commands.ts";

export const run: Command = async (call) => {
  const { parts, reporter, signal } = call;
  const options = askedRestore(call);
  const { from, ...common } = options;
  const watch = { emit: reporter.emit, signal };
  const summary = isPlain(from)
    ? await runRestoreCopy({ ...common, place: from }, parts, watch)
    : await runRestore({ ...common, repository: from }, parts, watch);
  reporter.summary(summaryValue(summary), () => [
    ...summaryLines(summary, options, call),
    // Without the app's database there is nothing to start on.
    ...(hasApp(summary) ? startLines(summary, options, call) : []),
  ]);
  return summary.incomplete ? 3 : 0;
};

function hasApp({ databases }: RestoreSummary): boolean {
  return databases.opaque || Object.keys(databases.counts).length > 0;
}

interface AskedRestore extends Omit<RunRestoreOptions, "repository"> {
  readonly from: AnyDestination;
}

function askedRestore({ args, parts }: CommandCall): AskedRestore {
  const { env, folder } = parts;
  const target = args.value("target");
  if (target === undefined) throw usageError(reason("targetNotGiven", {}));
  const secrets = args.value("secrets");
  const dataPath = args.value("data-path");
  if (dataPath?.startsWith("/") === false) throw usageError(reason("dataPathInvalid", { value: dataPath }));
  return {
    from: askedAnySource(args, env, folder),
    snapshot: { query: args.positionals[0] ?? "", instance: args.value("instance") },
    target: resolve(folder, target),
    parts: askedParts(args),
    includes: args.list("include"),
    excludes: args.list("exclude"),
    overwrite: args.flag("overwrite"),
    dataPath,
    secretsFolder: secrets === undefined ? undefined : resolve(folder, secrets),
    dryRun: args.flag("dry-run"),
    verify: !args.flag("no-verify"),
  };
}

function summaryValue({ manifest, snapshot, databases, secrets, location, ...rest }: RestoreSummary): object {
  return {
    command: "restore",
    ...rest,
    repository: location,
    snapshot: snapshot.id,
    instance: snapshot.hostname,
    appVersion: manifest?.app?.version,
    databases: databases.sound,
    databasesDamaged: databases.damaged,
    databaseEncrypted: databases.opaque || undefined,
    counts: databases.counts,
    pathInRows: databases.pathInRows,
    rewrittenPaths: databases.rewritten?.changed ?? 0,
    secrets: secrets.names,
    secretsWritten: secrets.folder,
  };
}

function summaryLines(
  summary: RestoreSummary,
  { verify }: AskedRestore,
  { messages, language }: CommandCall,
): readonly string[] {
  const words = messages.output;
  const { snapshot, databases, secrets, dryRun, verifiedFiles } = summary;
  const detail = { files: formatCount(summary.files, language), size: formatSize(summary.bytes, language) };
  const time = formatTime(msOfTimeText(snapshot.time));
  const verified = { ...detail, files: formatCount(verifiedFiles, language), databases: databases.sound };
  const keys = secrets.folder === undefined ? words.keysInSnapshot : fill(words.keysWritten, { path: secrets.folder });
  const { rewritten } = databases;
  return labelLines([
    [words.snapshot, `${snapshot.id.slice(0, 8)} (${snapshot.hostname}, ${time})`],
    [words.target, summary.target],
    [dryRun ? words.wouldRestore : words.restored, fill(words.restoredDetail, detail)],
    [
      words.verified,
      dryRun
        ? undefined
        : !verify
          ? words.verifiedNot
          : fill(databases.sound > 0 ? words.verifiedDetail : words.verifiedPlain, verified),
    ],
    [
      words.rewrittenRows,
      rewritten === undefined || rewritten.changed === 0
        ? undefined
        : fill(words.rewrittenRowsDetail, {
            rows: rewritten.changed,
            from: databases.pathInRows ?? "",
            to: summary.dataPath ?? "",
          }),
    ],
    [words.keysAt, summary.manifest === undefined ? undefined : secrets.names.length > 0 ? keys : words.keysNone],
    [words.duration, formatDuration(summary.tookMs, language)],
  ]);
}

function startLines(
  summary: RestoreSummary,
  { from }: AskedRestore,
  { args, messages, parts }: CommandCall,
): readonly string[] {
  const passwordFile = args.value("password-file");
  const commands = startCommands({
    target: summary.target,
    dataPath: summary.dataPath ?? summary.databases.pathInRows,
    appVersion: summary.manifest?.app,
    encrypted: summary.databases.opaque,
    secrets: summary.secrets,
    program: programName(parts.env),
    repository: from.written,
    ...(passwordFile === undefined ? {} : { passwordFile }),
    snapshot: summary.snapshot.id.slice(0, 8),
  });
  return ["", `${messages.output.startHere}:`, ...commands.map((command) => `  ${command}`)];
}
