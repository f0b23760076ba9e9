/** Whether two nodes say the same. Source: restic's internal/data/node.go, Equals: times as moments, attributes in any order. */
import type { Node } from "./node.ts";
import { nsOfTimeText, type TimeText } from "./time-text.ts";

export function sameContent({ content: a }: Node, { content: b }: Node): boolean {
  if (a === b || a === null || b === null) return a === b;
  return Buffer.compare(a, b) === 0;
}

/** Everything but the content. */
export function sameMetadata(a: Node, b: Node): boolean {
  return (
    a.name === b.name &&
    a.type === b.type &&
    a.mode === b.mode &&
    sameTime(a.mtime, b.mtime) &&
    sameTime(a.atime, b.atime) &&
    sameTime(a.ctime, b.ctime) &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.user === b.user &&
    a.group === b.group &&
    a.inode === b.inode &&
    a.deviceId === b.deviceId &&
    a.size === b.size &&
    a.links === b.links &&
    a.linkTarget === b.linkTarget &&
    a.device === b.device &&
    a.subtree === b.subtree &&
    a.error === b.error &&
    a.genericAttributes === b.genericAttributes &&
    sameAttributes(a, b)
  );
}

function sameTime(a: TimeText, b: TimeText): boolean {
  return a === b || nsOfTimeText(a) === nsOfTimeText(b);
}

function sameAttributes({ xattrs: a }: Node, { xattrs: b }: Node): boolean {
  if (a.length !== b.length) return false;
  const values = new Map(b.map(({ name, value }) => [name, value ?? new Uint8Array(0)]));
  return a.every(({ name, value }) => {
    const other = values.get(name);
    return other !== undefined && Buffer.compare(value ?? new Uint8Array(0), other) === 0;
  });
}
