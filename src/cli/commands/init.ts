/** `obhut init` */
import { reason } from "../../base/reason-codes.ts";
import { type ChunkerSource, runInit } from "../../jobs/run-init.ts";
import { fill } from "../../messages/sentence.ts";
import type { Destination } from "../../plans/destination.ts";
import { askedCopySource, askedDestinations } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { fromPassword } from "../from-password.ts";
import { usageError } from "../parse-arguments.ts";

export const run: Command = async (call) => {
  const { args, parts, reporter } = call;
  const words = call.messages.output;
  const destinations = askedDestinations(args, parts.env, parts.folder);
  const summary = await runInit(destinations, parts, askedChunker(call, destinations));
  reporter.summary({ command: "init", ...summary }, () => [
    ...summary.repositories.map(({ location }) => fill(words.initDone, { location })),
    words.initWarning,
  ]);
  return 0;
};

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
