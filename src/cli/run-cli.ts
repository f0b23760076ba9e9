/** One call from its words to its exit code. */

import { systemClock } from "../base/clock.ts";
import { codedError, isObhutError } from "../base/errors.ts";
import { parseDuration } from "../base/parse-duration.ts";
import { reason } from "../base/reason-codes.ts";
import type { Parts } from "../jobs/parts.ts";
import { type Language, languageOf, loadMessages, type Messages } from "../messages/messages.ts";
import type { Command } from "./command.ts";
import { interruptionSignal } from "./interruption.ts";
import { type CommandName, commandGroups, isCommandName } from "./option-table.ts";
import { type OutputStream, outputStream } from "./output/output-streams.ts";
import type { Reporter } from "./output/reporter.ts";
import { type ParsedArguments, parseArguments, unknownCommand, usageError } from "./parse-arguments.ts";

/** Each command is loaded when it is called for: `obhut version` must not wait for the engine. */
const commandFiles: Readonly<Record<Exclude<CommandName, "help">, () => Promise<{ readonly run: Command }>>> = {
  start: () => import("./commands/start.ts"),
  init: () => import("./commands/init.ts"),
  backup: () => import("./commands/backup.ts"),
  snapshots: () => import("./commands/snapshots.ts"),
  ls: () => import("./commands/ls.ts"),
  dump: () => import("./commands/dump.ts"),
  cat: () => import("./commands/cat.ts"),
  find: () => import("./commands/find.ts"),
  diff: () => import("./commands/diff.ts"),
  stats: () => import("./commands/stats.ts"),
  restore: () => import("./commands/restore.ts"),
  copy: () => import("./commands/copy.ts"),
  rewrite: () => import("./commands/rewrite.ts"),
  check: () => import("./commands/check.ts"),
  forget: () => import("./commands/forget.ts"),
  tag: () => import("./commands/tag.ts"),
  prune: () => import("./commands/prune.ts"),
  "repair index": () => import("./commands/repair-index.ts"),
  "repair packs": () => import("./commands/repair-packs.ts"),
  "repair snapshots": () => import("./commands/repair-snapshots.ts"),
  inspect: () => import("./commands/inspect.ts"),
  unlock: () => import("./commands/unlock.ts"),
  "key list": () => import("./commands/key-list.ts"),
  "key add": () => import("./commands/key-add.ts"),
  "key passwd": () => import("./commands/key-passwd.ts"),
  "key remove": () => import("./commands/key-remove.ts"),
  "key sheet": () => import("./commands/key-sheet.ts"),
  "destination test": () => import("./commands/destination-test.ts"),
  version: () => import("./commands/version.ts"),
  completion: () => import("./commands/completion.ts"),
};

/** What they were asked for is bytes. */
const dataCommands: ReadonlySet<string> = new Set(["dump", "cat"] satisfies CommandName[]);

interface Streams {
  readonly out: OutputStream;
  readonly err: OutputStream;
}

/** Runs a call to its end, ends the process with its exit code. */
export async function runCli(words: readonly string[]): Promise<void> {
  const signal = interruptionSignal();
  const streams: Streams = {
    out: outputStream(process.stdout, process.env),
    err: outputStream(process.stderr, process.env),
  };
  const exitCode = await exitCodeOf(words, streams, signal);
  await Promise.all([streams.out.flush(), streams.err.flush()]);
  // Sockets or threads that something left open must not keep a finished command from ending.
  process.exit(exitCode);
}

async function exitCodeOf(words: readonly string[], streams: Streams, signal: AbortSignal): Promise<number> {
  const language = languageAsked(words);
  const messages = await loadMessages(language);
  // Until the words are understood, how to report is read off them as they stand.
  const mode = {
    json: words.includes("--json"),
    quiet: false,
    dataOnOut: words.some((word) => dataCommands.has(word)),
  };
  let reporter = await makeReporter(mode, streams, messages, language);
  try {
    const args = parseArguments(words);
    if (args.command === "help" || args.flag("help")) {
      await showHelp(args, messages, streams.out);
      return 0;
    }
    const asked = { json: args.flag("json"), quiet: args.flag("quiet"), dataOnOut: dataCommands.has(args.command) };
    reporter = await makeReporter(asked, streams, messages, language);
    return await runCommand(args.command, { args, reporter, messages, language, streams, signal });
  } catch (error) {
    if (streams.out.closed.aborted && !isObhutError(error)) return 1;
    reporter.failed(error);
    if (process.env["OBHUT_DEBUG"]) streams.err.write(`${error instanceof Error ? error.stack : error}\n`);
    return codedError(error).exitCode;
  } finally {
    reporter.close();
  }
}

interface Prepared {
  readonly args: ParsedArguments;
  readonly reporter: Reporter;
  readonly messages: Messages;
  readonly language: Language;
  readonly streams: Streams;
  readonly signal: AbortSignal;
}

async function runCommand(name: Exclude<CommandName, "help">, prepared: Prepared): Promise<number> {
  const { args, messages, streams, ...rest } = prepared;
  const { run } = await commandFiles[name]();
  const parts = await partsFor(prepared);
  return await run({ args, messages, ...rest, ...streams, parts });
}

/** The password is read when a job first needs it, once for all repositories of the call. */
async function partsFor({ args, messages, reporter }: Prepared): Promise<Parts> {
  const { systemParts } = await import("../compose.ts");
  const { passwordOnce } = await import("./password-once.ts");
  const { chooseCache } = await import("../plans/cache-choice.ts");
  const { storageOptions } = await import("../plans/storage-options.ts");
  const { homedir } = await import("node:os");
  const given = { folder: args.value("cache-dir"), none: args.flag("no-cache") };
  const surroundings = { env: process.env, folder: process.cwd() };
  const asked = {
    settings: args.list("option"),
    ca: args.value("cacert"),
    clientCertificate: args.value("tls-client-cert"),
    limitUpload: args.value("limit-upload"),
    limitDownload: args.value("limit-download"),
  };
  const trace = args.value("trace");
  return systemParts({
    ...(trace === undefined ? {} : { onStorageCall: (await import("./output/trace-file.ts")).traceFile(trace) }),
    password: passwordOnce(args, process.env, messages),
    cache: chooseCache(given, { ...surroundings, home: homedir() }),
    storageOptions: storageOptions(asked, surroundings),
    retryLockMs: retryLockMs(args),
    onNote: (note) => reporter.emit({ type: "finding", finding: note }),
  });
}

function retryLockMs(args: ParsedArguments): number {
  const given = args.value("retry-lock");
  if (given === undefined) return 0;
  const ms = parseDuration(given);
  if (ms === undefined) throw usageError(reason("durationInvalid", { value: given }));
  return ms;
}

interface ReportMode {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Standard output carries a file's bytes, so that everything else goes to standard error. */
  readonly dataOnOut: boolean;
}

async function makeReporter(
  { json, quiet, dataOnOut }: ReportMode,
  { out, err }: Streams,
  messages: Messages,
  language: Language,
): Promise<Reporter> {
  if (json) {
    const { jsonReporter } = await import("./output/json-reporter.ts");
    return jsonReporter({ out: dataOnOut ? err : out, clock: systemClock, messages, quiet });
  }
  const { textReporter } = await import("./output/text-reporter.ts");
  return textReporter({ out, err, clock: systemClock, messages, language, quiet });
}

/** --lang where it is one we have, else the environment's. Read before all else: usage errors are in that language too. */
function languageAsked(words: readonly string[]): Language {
  const at = words.lastIndexOf("--lang");
  const given = at >= 0 ? words[at + 1] : words.find((word) => word.startsWith("--lang="))?.slice("--lang=".length);
  return given === "en" || given === "de" ? given : languageOf(process.env);
}

async function showHelp(args: ParsedArguments, messages: Messages, out: OutputStream): Promise<void> {
  const { commandLines, groupLines, overviewLines } = await import("./help-text.ts");
  const columns = Math.min(out.columns(), 110);
  // A command, the first word of several, or nothing.
  const about = args.command === "help" && !args.flag("help") ? args.positionals.join(" ") : args.command;
  const lines = (): readonly string[] => {
    if (about === "") return overviewLines(messages, columns);
    if (isCommandName(about)) return commandLines(about, messages, columns);
    if (commandGroups.includes(about)) return groupLines(about, messages, columns);
    throw unknownCommand(about);
  };
  out.write(`${lines().join("\n")}\n`);
}
