/** `obhut ls` */
import { displayPath } from "../../base/byte-path.ts";
import { listTree } from "../../jobs/list-tree.ts";
import { formatSize, formatTime } from "../../messages/format-values.ts";
import { permissionsOf } from "../../repository/format/node.ts";
import { msOfTimeText } from "../../repository/format/time-text.ts";
import type { WalkedNode } from "../../repository/walk-tree.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command } from "../command.ts";
import { printable } from "../output/table.ts";

/** Lines in one write: a snapshot may hold a hundred thousand files. */
const batchLines = 256;

export const run: Command = async ({ args, parts, reporter, out, language, signal }) => {
  const repository = askedSource(args, parts.env, parts.folder);
  const [query = "", path] = args.positionals;
  const watch = { emit: reporter.emit, signal: AbortSignal.any([signal, out.closed]) };
  const options = { repository, snapshot: { query, instance: args.value("instance") }, path };
  let entries = 0;
  let bytes = 0;
  let lines: string[] = [];
  for await (const walked of listTree(options, parts, watch)) {
    entries += 1;
    bytes += walked.node.size;
    reporter.record("node", recordOf(walked));
    lines.push(lineOf(walked, language));
    if (lines.length < batchLines) continue;
    reporter.lines([lines.join("\n")]);
    lines = [];
  }
  reporter.lines(lines);
  reporter.record("summary", { command: "ls", entries, bytes });
  return 0;
};

function recordOf({ path, node }: WalkedNode): object {
  const { type, mode, mtime, uid, gid, user, group, size, links, linkTarget } = node;
  const target = type === "symlink" ? { linkTarget: displayPath(linkTarget) } : {};
  const permissions = permissionsOf(mode).toString(8).padStart(4, "0");
  return {
    path: displayPath(path),
    kind: type,
    bytes: size,
    mode: permissions,
    mtime,
    uid,
    gid,
    user,
    group,
    links,
    ...target,
  };
}

function lineOf({ path, node }: WalkedNode, language: "en" | "de"): string {
  const size = node.type === "file" ? formatSize(node.size, language) : node.type;
  const target = node.type === "symlink" ? ` -> ${printable(displayPath(node.linkTarget))}` : "";
  return `${size.padStart(10)}  ${formatTime(msOfTimeText(node.mtime))}  ${printable(displayPath(path))}${target}`;
}
