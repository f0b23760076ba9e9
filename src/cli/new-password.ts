/** The password that a key is made for: from the call's own options, else the terminal, where it is asked for twice. */
import type { Parts } from "../jobs/parts.ts";
import { readPassword } from "../jobs/read-password.ts";
import type { Messages } from "../messages/messages.ts";
import { choosePasswordSource } from "../plans/password-source.ts";
import type { ParsedArguments } from "./parse-arguments.ts";
import { promptPassword } from "./prompt-password.ts";

/** USAGE at once where a file and a command are both given. Never from the environment: what opens now is not what is new. */
export function newPassword(args: ParsedArguments, messages: Messages): Parts["password"] {
  const given = { file: args.value("new-password-file"), command: args.value("new-password-command") };
  const source = choosePasswordSource(given, {}, "new");
  return async (location, purpose) =>
    await (source === undefined ? promptPassword(location, purpose, { messages, whose: "new" }) : readPassword(source));
}
