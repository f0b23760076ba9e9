/** `obhut key remove` */
import { shortId } from "../../base/ids.ts";
import { removeRepositoryKey } from "../../jobs/change-keys.ts";
import { fill } from "../../messages/sentence.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command } from "../command.ts";

export const run: Command = async ({ args, parts, reporter, messages, signal }) => {
  const options = { repository: askedSource(args, parts.env, parts.folder), key: args.positionals[0] ?? "" };
  const { location, key } = await removeRepositoryKey(options, parts, { emit: reporter.emit, signal });
  reporter.summary({ command: "key remove", repository: location, key }, () => [
    fill(messages.output.keyRemoved, { key: shortId(key), location }),
  ]);
  return 0;
};
