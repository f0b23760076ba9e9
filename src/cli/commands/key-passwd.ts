/** `obhut key passwd` */
import { shortId } from "../../base/ids.ts";
import { changeRepositoryPassword } from "../../jobs/change-keys.ts";
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
  const { location, key, removed } = await changeRepositoryPassword(options, parts, { emit: reporter.emit, signal });
  reporter.summary({ command: "key passwd", repository: location, key, removed }, () => [
    fill(messages.output.passwordChanged, { key: shortId(key), old: shortId(removed), location }),
  ]);
  return 0;
};
