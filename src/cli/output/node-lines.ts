/** An entry of a snapshot, for programs and for people. */
import { displayPath } from "../../base/byte-path.ts";
import { formatSize, formatTime } from "../../messages/format-values.ts";
import type { Language } from "../../messages/messages.ts";
import { permissionsOf } from "../../repository/format/node.ts";
import { msOfTimeText } from "../../repository/format/time-text.ts";
import type { WalkedNode } from "../../repository/walk-tree.ts";
import { printable } from "./table.ts";

export function nodeRecord({ path, node }: WalkedNode): object {
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

export function nodeLine({ path, node }: WalkedNode, language: Language): string {
  const size = node.type === "file" ? formatSize(node.size, language) : node.type;
  const target = node.type === "symlink" ? ` -> ${printable(displayPath(node.linkTarget))}` : "";
  return `${size.padStart(10)}  ${formatTime(msOfTimeText(node.mtime))}  ${printable(displayPath(path))}${target}`;
}
