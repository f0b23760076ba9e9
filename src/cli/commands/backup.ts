/** `obhut backup` */
import { relative, resolve } from "node:path";
import { isIncomplete } from "../../base/finding-codes.ts";
import { limits } from "../../base/limits.ts";
import { parseSize } from "../../base/parse-size.ts";
import { requirePathPattern } from "../../base/path-pattern.ts";
import { reason } from "../../base/reason-codes.ts";
import type { SpoolChoice } from "../../jobs/open-spool.ts";
import { type BackupSummary, runBackup } from "../../jobs/run-backup.ts";
import type { RunBackupOptions } from "../../jobs/run-backup-options.ts";
import { formatCount, formatDuration, formatSize } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import { instanceName } from "../../plans/instance-name.ts";
import { appVersionText } from "../app-version-text.ts";
import { askedCopies } from "../asked-copies.ts";
import { splitTags } from "../asked-filter.ts";
import { askedMode } from "../asked-mode.ts";
import { askedParts } from "../asked-parts.ts";
import { askedAnyDestinations } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { copyLines } from "../output/copy-lines.ts";
import { labelLines } from "../output/table.ts";
import { type ParsedArguments, usageError } from "../parse-arguments.ts";

export const run: Command = async (call) => {
  const { parts, reporter, signal } = call;
  const summary = await runBackup(askedBackup(call), parts, { emit: reporter.emit, signal });
  reporter.summary(summaryValue(summary), () => summaryLines(summary, call));
  return summary.incomplete ? 3 : 0;
};

function askedBackup({ args, parts }: CommandCall): RunBackupOptions {
  const { env, folder } = parts;
  const inFolder = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(folder, path);
  const { repositories, copies } = askedAnyDestinations(args, env, folder);
  const chosen = askedParts(args);
  for (const pattern of args.list("exclude")) requirePathPattern(pattern);
  const dataDirectory = inFolder(args.value("data") ?? (env["OBHUT_DATA"] || env["DATA_DIR"] || undefined));
  if (dataDirectory === undefined) throw usageError(reason("dataNotGiven", {}));
  return {
    dataDirectory,
    destinations: repositories,
    copyDestinations: copies,
    copies: askedCopies(args),
    instance: instanceName(args.value("instance"), env, parts.actor.hostname),
    tags: splitTags(args.list("tag")),
    parts: chosen,
    excludes: args.list("exclude"),
    envFile: inFolder(args.value("env-file")),
    secretKeyFile: inFolder(args.value("secret-key-file")),
    deploymentFiles: args.list("deployment-file").map((path) => resolve(folder, path)),
    auditLog: args.flag("audit-log"),
    ...askedMode(args),
    dryRun: args.flag("dry-run"),
    spool: askedSpool(args, inFolder(args.value("spool-dir")), dataDirectory),
  };
}

/** Nothing is ever written to the data directory, whatever is asked. */
function askedSpool(args: ParsedArguments, folder: string | undefined, dataDirectory: string): SpoolChoice {
  const limit = args.value("spool-limit");
  const maxBytes = limit === undefined ? limits.spoolBytes : parseSize(limit);
  if (maxBytes === undefined) throw usageError(reason("sizeInvalid", { value: limit ?? "" }));
  if (folder !== undefined && !relative(dataDirectory, folder).startsWith("..")) {
    throw usageError(reason("spoolInData", { folder }));
  }
  return { folder, maxBytes };
}

function summaryValue(summary: BackupSummary): object {
  const { manifest, findings, destinations, copies, ...rest } = summary;
  return {
    command: "backup",
    ...rest,
    moment: manifest.moment,
    mode: manifest.mode,
    appVersion: manifest.app?.version,
    counts: manifest.counts,
    waitedMs: manifest.vectors?.heldMs ?? 0,
    keysSeen: manifest.keys.seen,
    findings: findings.length,
    destinations: destinations.map(({ error, ...stored }) => ({ ...stored, error: error?.code })),
    copies: copies.map(({ counts, error, ...copy }) => ({ ...copy, ...counts, error: error?.code })),
  };
}

function summaryLines(summary: BackupSummary, { messages, language }: CommandCall): readonly string[] {
  const words = messages.output;
  const size = (bytes: number): string => formatSize(bytes, language);
  const count = (value: number): string => formatCount(value, language);
  const { files, filesUnchanged, manifest, findings } = summary;
  const heldMs = manifest.vectors?.heldMs ?? 0;
  const incomplete = findings.filter(isIncomplete).length;
  const detail = { total: count(files), read: count(files - filesUnchanged), unchanged: count(filesUnchanged) };
  const stored = summary.destinations.flatMap(({ location, snapshot, parent, bytesAdded, bytesStored, error }) => {
    if (error !== undefined) return [];
    const added =
      bytesAdded === 0
        ? words.nothingAdded
        : fill(words.addedDetail, { size: size(bytesAdded), stored: size(bytesStored) });
    return [
      [words.repository, location],
      [words.snapshot, snapshot?.slice(0, 8)],
      [words.parent, parent?.slice(0, 8) ?? words.noParent],
      [words.added, added],
    ] as const;
  });
  return labelLines([
    [words.instance, `${summary.instance} (${summary.dataDirectory})`],
    [words.appVersion, appVersionText(manifest.app, words)],
    [words.capture, manifest.mode === "cold" ? words.captureCold : undefined],
    [words.files, `${fill(words.filesDetail, detail)}, ${size(summary.bytes)}`],
    ...stored,
    ...copyLines(summary.copies, { words, language }),
    [words.duration, formatDuration(summary.tookMs, language)],
    [words.waited, heldMs > 0 ? fill(words.waitedChroma, { time: formatDuration(heldMs, language) }) : undefined],
    [words.dryRun, summary.dryRun ? words.dryRunBackup : undefined],
    [words.incomplete, incomplete > 0 ? fill(words.incompleteDetail, { count: incomplete }) : undefined],
  ]);
}
