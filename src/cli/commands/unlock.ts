/** `obhut unlock` */
import { runUnlock } from "../../jobs/run-unlock.ts";
import { fill } from "../../messages/sentence.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command } from "../command.ts";

export const run: Command = async ({ args, parts, reporter, messages }) => {
  const repository = askedSource(args, parts.env, parts.folder);
  const summary = await runUnlock({ repository, all: args.flag("remove-all") }, parts);
  reporter.summary({ command: "unlock", ...summary }, () => [
    fill(messages.output.unlocked, { count: summary.removed }),
  ]);
  return 0;
};
