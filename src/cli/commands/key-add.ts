/** `obhut key add` */
import { shortId } from "../../base/ids.ts";
import { addRepositoryKey } from "../../jobs/change-keys.ts";
import { fill } from "../../messages/sentence.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command } from "../command.ts";
import { newPassword } from "../new-password.ts";

export const run: Command = async ({ args, parts, reporter, messages, signal }) => {
  const options = {
    repository: askedSource(args, parts.env, parts.folder),
    newPassword: newPassword(args, messages),
    username: args.value("user"),
    hostname: args.value("host"),
  };
  const { location, key } = await addRepositoryKey(options, parts, { emit: reporter.emit, signal });
  reporter.summary({ command: "key add", repository: location, key }, () => [
    fill(messages.output.keyAdded, { key: shortId(key), location }),
  ]);
  return 0;
};
