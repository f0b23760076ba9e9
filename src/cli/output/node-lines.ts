/** An entry of a snapshot, for programs and for people. */
import { type BytePath, displayPath } from "../../base/byte-path.ts";
import { formatSize, formatTime } from "../../messages/format-values.ts";
import type { Language } from "../../messages/messages.ts";
import type { CopiedEntry } from "../../plain/copy/copied-entry.ts";
import { goMode, type Node, permissionsOf } from "../../repository/format/node.ts";
import { msOfTimeText, timeTextOfNs } from "../../repository/format/time-text.ts";
import { printable } from "./table.ts";

type ShownNode = Pick<
  Node,
  "type" | "mode" | "mtime" | "uid" | "gid" | "user" | "group" | "size" | "links" | "linkTarget"
>;

/** An entry of a repository's snapshot, or of a plain copy. */
export interface ShownEntry {
  readonly path: BytePath;
  readonly node: ShownNode;
}

export function shownEntry(entry: CopiedEntry): ShownEntry {
  const { path, kind, mode, mtimeNs, uid, gid, user, group, sizeBytes, linkTarget = "" as BytePath } = entry;
  const common = { uid, gid, user, group, linkTarget, size: sizeBytes, links: 1 };
  return { path, node: { type: kind, mode: goMode(kind, mode), mtime: timeTextOfNs(mtimeNs), ...common } };
}

export function nodeRecord({ path, node }: ShownEntry): object {
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

export function nodeLine({ path, node }: ShownEntry, language: Language): string {
  const size = node.type === "file" ? formatSize(node.size, language) : node.type;
  const target = node.type === "symlink" ? ` -> ${printable(displayPath(node.linkTarget))}` : "";
  return `${size.padStart(10)}  ${formatTime(msOfTimeText(node.mtime))}  ${printable(displayPath(path))}${target}`;
}
