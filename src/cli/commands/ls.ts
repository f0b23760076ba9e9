/** `obhut ls` */
import { listCopy } from "../../jobs/list-copy.ts";
import { listTree } from "../../jobs/list-tree.ts";
import { isPlain } from "../../plans/plain-destination.ts";
import { askedAnySource } from "../asked-repositories.ts";
import type { Command } from "../command.ts";
import { nodeLine, nodeRecord, shownEntry } from "../output/node-lines.ts";

/** Lines in one write: a snapshot may hold a hundred thousand files. */
const batchLines = 256;

export const run: Command = async ({ args, parts, reporter, out, language, signal }) => {
  const from = askedAnySource(args, parts.env, parts.folder);
  const [query = "", path] = args.positionals;
  const watch = { emit: reporter.emit, signal: AbortSignal.any([signal, out.closed]) };
  const options = { snapshot: { query, instance: args.value("instance") }, path };
  const listed = isPlain(from)
    ? (await listCopy({ ...options, place: from }, parts, watch)).map(shownEntry)
    : listTree({ ...options, repository: from }, parts, watch);
  let entries = 0;
  let bytes = 0;
  let lines: string[] = [];
  for await (const walked of listed) {
    entries += 1;
    bytes += walked.node.size;
    reporter.record("node", nodeRecord(walked));
    lines.push(nodeLine(walked, language));
    if (lines.length < batchLines) continue;
    reporter.lines([lines.join("\n")]);
    lines = [];
  }
  reporter.lines(lines);
  reporter.record("summary", { command: "ls", entries, bytes });
  return 0;
};
