/** `obhut dump` */
import { dumpFile } from "../../jobs/dump-file.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command } from "../command.ts";

export const run: Command = async ({ args, parts, reporter, out, signal }) => {
  const repository = askedSource(args, parts.env, parts.folder);
  const [query = "", path = ""] = args.positionals;
  const watch = { emit: reporter.emit, signal: AbortSignal.any([signal, out.closed]) };
  const options = { repository, snapshot: { query, instance: args.value("instance") }, path };
  for await (const piece of dumpFile(options, parts, watch)) await out.writeBytes(piece);
  return 0;
};
