/** `obhut completion` */
import type { Command } from "../command.ts";
import { completionScript, type Shell } from "../completion/completion-script.ts";

export const run: Command = async ({ args, messages, out }) => {
  out.write(completionScript(args.positionals[0] as Shell, messages));
  return 0;
};
