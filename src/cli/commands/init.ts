/** `obhut init` */
import { resolve } from "node:path";
import { reason } from "../../base/reason-codes.ts";
import type { Secret } from "../../base/secret.ts";
import { makeKeyFile } from "../../jobs/make-key-file.ts";
import { madeBy, type RecoverySheet } from "../../jobs/recovery-sheet.ts";
import { type ChunkerSource, type InitSummary, type MadePlace, makeCopyPlaces, runInit } from "../../jobs/run-init.ts";
import { refuseExistingFile } from "../../jobs/write-private-file.ts";
import { fill } from "../../messages/sentence.ts";
import type { Destination } from "../../plans/destination.ts";
import { askedLayout } from "../asked-copies.ts";
import { askedAnyDestinations, askedCopySource } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { fromPassword } from "../from-password.ts";
import { usageError } from "../parse-arguments.ts";
import { askedSheetFile, passwordFileOf, requireRoomForKey, sheetLines, writeSheet } from "../sheet/write-sheet.ts";

export const run: Command = async (call) => {
  const { args, parts, reporter } = call;
  const { repositories: destinations, copies } = askedAnyDestinations(args, parts.env, parts.folder);
  const layout = askedLayout(args);
  const options = { chunker: askedChunker(call, destinations), recoveryKey: args.flag("recovery-key") };
  requireRoomForKey(args);
  const [keyFile, sheetFile] = [askedKeyFile(call), askedSheetFile(call)];
  for (const file of [keyFile, sheetFile]) if (file !== undefined) await refuseExistingFile(file);
  const password = keyFile === undefined ? parts.password : onceMade(() => makeKeyFile(keyFile, parts.actor.random));
  const places = await makeCopyPlaces(copies, layout, parts);
  if (destinations.length === 0) return showPlaces(places, call);
  const made = await runInit(destinations, { ...parts, password }, options);
  const sheet = { ...made, ...madeBy(parts) };
  const passwordFile = keyFile ?? passwordFileOf(call);
  if (sheetFile !== undefined) await writeSheet(sheetFile, sheet, passwordFile, call);
  showMade(made, call);
  if (places.length > 0) placeLines(places, call);
  if (keyFile !== undefined) reporter.lines([fill(call.messages.output.keyFileMade, { file: keyFile })]);
  showSheet(sheet, { sheetFile, passwordFile }, call);
  const { repositories } = made;
  const files = { keyFile, recoveryKey: options.recoveryKey, recoverySheet: sheetFile };
  reporter.record("summary", { command: "init", repositories, places, ...files });
  return 0;
};

function placeLines(places: readonly MadePlace[], { reporter, messages, args }: CommandCall): void {
  if (args.flag("quiet")) return;
  reporter.lines(places.map(({ location }) => fill(messages.output.initPlace, { location })));
}

/** Nothing else was asked for. */
function showPlaces(places: readonly MadePlace[], call: CommandCall): number {
  placeLines(places, call);
  call.reporter.record("summary", { command: "init", repositories: [], places });
  return 0;
}

function showMade({ repositories }: InitSummary, { reporter, messages, args }: CommandCall): void {
  if (args.flag("quiet")) return;
  const words = messages.output;
  reporter.lines([...repositories.map(({ location }) => fill(words.initDone, { location })), words.initWarning]);
}

/** A recovery password that no file holds is shown: nobody can show it again. */
function showSheet(
  sheet: RecoverySheet,
  { sheetFile, passwordFile }: { readonly sheetFile: string | undefined; readonly passwordFile: string | undefined },
  call: CommandCall,
): void {
  const { reporter, messages } = call;
  if (sheetFile !== undefined) reporter.lines([fill(messages.output.sheetWritten, { file: sheetFile })]);
  else if (sheet.recoveryPassword !== undefined) reporter.lines(["", ...sheetLines(sheet, passwordFile, call)]);
}

/** Absolute path of the file that is to hold a new password. */
function askedKeyFile({ args, parts }: CommandCall): string | undefined {
  const file = args.value("make-key-file");
  if (file === undefined) return undefined;
  const other = (["password-file", "password-command"] as const).find((name) => args.flag(name));
  if (other !== undefined) throw usageError(reason("oneOfTwo", { first: "--make-key-file", second: `--${other}` }));
  return resolve(parts.folder, file);
}

function onceMade(make: () => Promise<Secret>): () => Promise<Secret> {
  let made: Promise<Secret> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Whose chunker parameters the new repositories get; undefined: new ones. */
function askedChunker({ args, parts, messages }: CommandCall, to: readonly Destination[]): ChunkerSource | undefined {
  if (!args.flag("copy-chunker-params")) {
    const name = (["from-repository", "from-password-file", "from-password-command"] as const).find((one) =>
      args.flag(one),
    );
    if (name === undefined) return undefined;
    throw usageError(reason("optionNeedsOther", { name: `--${name}`, other: "--copy-chunker-params" }));
  }
  const { env, folder } = parts;
  const repository = askedCopySource(args, { env, folder, to });
  return { repository, password: fromPassword(args, parts, messages) };
}
