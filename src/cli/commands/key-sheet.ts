/** `obhut key sheet` */
import { makeRecoverySheet } from "../../jobs/recovery-sheet.ts";
import { refuseExistingFile } from "../../jobs/write-private-file.ts";
import { fill } from "../../messages/sentence.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command } from "../command.ts";
import { askedSheetFile, passwordFileOf, requireRoomForKey, sheetLines, writeSheet } from "../sheet/write-sheet.ts";

export const run: Command = async (call) => {
  const { args, parts, reporter, messages, signal } = call;
  requireRoomForKey(args);
  const newKey = args.flag("recovery-key");
  const file = askedSheetFile(call);
  const passwordFile = passwordFileOf(call);
  if (file !== undefined) await refuseExistingFile(file);
  const repository = askedSource(args, parts.env, parts.folder);
  const sheet = await makeRecoverySheet({ repository, newKey }, parts, { emit: reporter.emit, signal });
  if (file !== undefined) await writeSheet(file, sheet, passwordFile, call);
  const shown =
    file === undefined ? sheetLines(sheet, passwordFile, call) : [fill(messages.output.sheetWritten, { file })];
  reporter.lines(shown);
  const [{ location, id } = { location: "", id: "" }] = sheet.repositories;
  reporter.record("summary", { command: "key sheet", repository: location, id, recoveryKey: newKey, sheet: file });
  return 0;
};
