/** The password of the repository that something is copied from. */
import type { Parts } from "../jobs/parts.ts";
import { readPassword } from "../jobs/read-password.ts";
import type { Messages } from "../messages/messages.ts";
import { choosePasswordSource } from "../plans/password-source.ts";
import type { ParsedArguments } from "./parse-arguments.ts";
import { promptPassword } from "./prompt-password.ts";

/**
 * From its own options or environment; else, where the call names a password at all, that one serves for both; else the terminal is asked for
 * each. USAGE at once where two sources contradict each other.
 */
export function fromPassword(args: ParsedArguments, parts: Parts, messages: Messages): Parts["password"] {
  const given = { file: args.value("from-password-file"), command: args.value("from-password-command") };
  const source = choosePasswordSource(given, parts.env, "from");
  if (source !== undefined) return async () => await readPassword(source);
  const own = { file: args.value("password-file"), command: args.value("password-command") };
  if (choosePasswordSource(own, parts.env) !== undefined) return parts.password;
  return async (location) => await promptPassword(location, "open", { messages, whose: "from" });
}
