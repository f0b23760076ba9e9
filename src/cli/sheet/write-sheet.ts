/** Where a call wants its recovery sheet: a file, by its name a page or text, or the screen. */
import { resolve } from "node:path";
import { reason } from "../../base/reason-codes.ts";
import type { RecoverySheet } from "../../jobs/recovery-sheet.ts";
import { writePrivateFile } from "../../jobs/write-private-file.ts";
import { choosePasswordSource } from "../../plans/password-source.ts";
import type { CommandCall } from "../command.ts";
import { type ParsedArguments, usageError } from "../parse-arguments.ts";
import { sheetPage } from "./sheet-page.ts";
import { sheetContent } from "./sheet-sections.ts";
import { sheetText } from "./sheet-text.ts";

/** USAGE where a recovery password would be shown to nobody: a program that reads JSON lines is not told it. */
export function requireRoomForKey(args: ParsedArguments): void {
  const silent = (["json", "quiet"] as const).find((name) => args.flag(name));
  if (!args.flag("recovery-key") || args.flag("recovery-sheet") || silent === undefined) return;
  throw usageError(reason("optionNeedsOther", { name: `--recovery-key --${silent}`, other: "--recovery-sheet" }));
}

/** Absolute; undefined where none was asked for. */
export function askedSheetFile({ args, parts }: CommandCall): string | undefined {
  const file = args.value("recovery-sheet");
  return file === undefined ? undefined : resolve(parts.folder, file);
}

/** `passwordFile`: absolute path of the file that the password of this call came from; undefined: from elsewhere. */
export function passwordFileOf({ args, parts }: CommandCall): string | undefined {
  const given = { file: args.value("password-file"), command: args.value("password-command") };
  const source = choosePasswordSource(given, parts.env);
  return source?.kind === "file" ? resolve(parts.folder, source.path) : undefined;
}

export function sheetLines(
  sheet: RecoverySheet,
  passwordFile: string | undefined,
  { messages }: CommandCall,
): readonly string[] {
  return sheetText(sheetContent(sheet, passwordFile, messages))
    .trimEnd()
    .split("\n");
}

/** A page where the name ends in .html or .htm, else text; readable by its owner alone. FILE_EXISTS, FILE_NOT_WRITTEN. */
export async function writeSheet(
  file: string,
  sheet: RecoverySheet,
  passwordFile: string | undefined,
  { messages, language }: CommandCall,
): Promise<void> {
  const content = sheetContent(sheet, passwordFile, messages);
  await writePrivateFile(file, /\.html?$/i.test(file) ? sheetPage(content, language) : sheetText(content));
}
