/** `obhut init` */
import { runInit } from "../../jobs/run-init.ts";
import { fill } from "../../messages/sentence.ts";
import { askedDestinations } from "../asked-repositories.ts";
import type { Command } from "../command.ts";

export const run: Command = async ({ args, parts, reporter, messages }) => {
  const words = messages.output;
  const summary = await runInit(askedDestinations(args, parts.env, parts.folder), parts);
  reporter.summary({ command: "init", ...summary }, () => [
    ...summary.repositories.map(({ location }) => fill(words.initDone, { location })),
    words.initWarning,
  ]);
  return 0;
};
