/** The one password of a call: from an option, the environment or the terminal. */

import type { Secret } from "../base/secret.ts";
import type { Environment } from "../jobs/parts.ts";
import { readPassword } from "../jobs/read-password.ts";
import type { Messages } from "../messages/messages.ts";
import { choosePasswordSource } from "../plans/password-source.ts";
import type { ParsedArguments } from "./parse-arguments.ts";
import { promptPassword } from "./prompt-password.ts";

/** USAGE at once where two sources contradict each other. A function that finds the password when it is first called and gives the same one ever after. */
export function passwordOnce(
  args: ParsedArguments,
  env: Environment,
  messages: Messages,
): (location: string, purpose: "open" | "create") => Promise<Secret> {
  const given = { file: args.value("password-file"), command: args.value("password-command") };
  const source = choosePasswordSource(given, env);
  let found: Promise<Secret> | undefined;
  return (location, purpose) => {
    found ??=
      source === undefined ? promptPassword(location, purpose, { messages, whose: "own" }) : readPassword(source);
    return found;
  };
}
