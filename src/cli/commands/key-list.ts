/** `obhut key list` */
import { shortId } from "../../base/ids.ts";
import { listRepositoryKeys } from "../../jobs/change-keys.ts";
import { formatTime } from "../../messages/format-values.ts";
import { msOfTimeText } from "../../repository/format/time-text.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command } from "../command.ts";
import { printable, tableLines } from "../output/table.ts";

export const run: Command = async ({ args, parts, reporter, messages, signal }) => {
  const repository = askedSource(args, parts.env, parts.folder);
  const { location, keys, incomplete } = await listRepositoryKeys(repository, parts, { emit: reporter.emit, signal });
  for (const { id, isCurrent, username, hostname, created } of keys) {
    reporter.record("key", { id, current: isCurrent, username, hostname, created });
  }
  const words = messages.output;
  const columns = ["", words.columnId, words.columnUser, words.columnHost, words.columnCreated];
  const rows = keys.map(({ id, isCurrent, username, hostname, created }) => [
    isCurrent ? "*" : "",
    shortId(id),
    printable(username),
    printable(hostname),
    created === undefined ? "" : formatTime(msOfTimeText(created)),
  ]);
  reporter.lines([
    ...tableLines(
      columns.map((title) => ({ title })),
      rows,
    ),
    "",
    words.currentKey,
  ]);
  reporter.record("summary", { command: "key list", repository: location, keys: keys.length, incomplete });
  return incomplete ? 3 : 0;
};
