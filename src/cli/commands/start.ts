/** `obhut start`, which is what `npm start` runs. */
import { relative } from "node:path";
import { runStart, type StartSummary } from "../../jobs/run-start.ts";
import type { OutputKey } from "../../messages/en.ts";
import { formatCount, formatDuration, formatSize } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import { instanceName } from "../../plans/instance-name.ts";
import type { Command, CommandCall } from "../command.ts";
import { programName } from "../program-name.ts";
import { shellWord } from "../start-commands.ts";

export const run: Command = async (call) => {
  const { args, parts, reporter, signal } = call;
  const summary = await runStart(args.positionals[0], parts, { emit: reporter.emit, signal });
  reporter.summary(summaryValue(summary), () => summaryLines(summary, call));
  return summary.backup.incomplete || summary.restore.incomplete ? 3 : 0;
};

function summaryValue({ backup, restore, how, container, ...rest }: StartSummary): object {
  return {
    command: "start",
    ...rest,
    found: how,
    container,
    snapshot: backup.destinations[0]?.snapshot,
    files: backup.files,
    bytes: backup.bytes,
    verifiedFiles: restore.verifiedFiles,
    databases: restore.databases.sound,
    counts: restore.databases.counts,
    incomplete: backup.incomplete || restore.incomplete,
  };
}

const foundKeys: Readonly<Record<Exclude<StartSummary["how"], "sample">, OutputKey>> = {
  given: "startFoundGiven",
  environment: "startFoundEnv",
  here: "startFoundHere",
  docker: "startFoundDocker",
};

/** What `counts` tells a newcomer. */
const toldTables = ["user", "chat", "file", "knowledge"] as const;

function summaryLines(summary: StartSummary, { messages, language, parts }: CommandCall): readonly string[] {
  const words = messages.output;
  const count = (value: number): string => formatCount(value, language);
  const { backup, restore, how } = summary;
  const stored = backup.destinations[0];
  const near = (path: string): string => shown(path, parts.folder);
  const counts = toldTables.map((table) => `${tableWord(table, words)} ${count(restore.databases.counts[table] ?? 0)}`);
  const repository = shellWord(near(summary.repository));
  const password = summary.passwordFile === undefined ? "" : ` -p ${shellWord(near(summary.passwordFile))}`;
  const program = programName(parts.env);
  const instance = ` --instance ${shellWord(backup.instance)}`;
  const usual = instanceName(undefined, parts.env, parts.actor.hostname) === backup.instance;
  const from = `-r ${repository}${password}`;
  return [
    how === "sample"
      ? fill(words.startSample, { path: near(summary.dataDirectory) })
      : fill(words.startFound, {
          path: near(summary.dataDirectory),
          how: fill(words[foundKeys[how]], { name: summary.container ?? "" }),
        }),
    fill(words.startCounts, { counts: counts.join(", ") }),
    fill(summary.newRepository ? words.startNewRepository : words.startOldRepository, {
      location: near(summary.repository),
    }),
    ...(summary.passwordFile === undefined ? [] : [fill(words.startPassword, { path: near(summary.passwordFile) })]),
    fill(words.startSnapshot, {
      id: stored?.snapshot?.slice(0, 8) ?? "",
      files: count(backup.files),
      read: count(backup.files - backup.filesUnchanged),
      stored: formatSize(stored?.bytesStored ?? 0, language),
      time: formatDuration(backup.tookMs, language),
    }),
    fill(words.startVerified, { files: count(restore.verifiedFiles), databases: restore.databases.sound }),
    words.startNext,
    `  ${program} backup --data ${shellWord(near(summary.dataDirectory))} ${from}${usual ? "" : instance}   # ${words.startNextBackup}`,
    `  ${program} snapshots ${from}   # ${words.startNextList}`,
    `  ${program} restore latest --target ./restored ${from}${instance}   # ${words.startNextRestore}`,
  ];
}

function tableWord(table: (typeof toldTables)[number], words: CommandCall["messages"]["output"]): string {
  const keys = { user: "wordUsers", chat: "wordChats", file: "wordFiles", knowledge: "wordKnowledge" } as const;
  return words[keys[table]];
}

/** A path below the working folder as `./path`, any other as it is. */
function shown(path: string, folder: string): string {
  const below = relative(folder, path);
  return below === "" || below.startsWith("..") ? path : `./${below}`;
}
