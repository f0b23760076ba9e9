/** A place with another behind it. */
import type { PlainPlace } from "../place.ts";

/** What `own` has is asked instead of the inner one, which goes on asking itself for what it needs. */
export function overlaidPlace(inner: PlainPlace, own: Partial<PlainPlace>): PlainPlace {
  const { location, connections, keepsTimes, renameFolder, link, duplicate } = inner;
  return {
    location,
    connections,
    keepsTimes,
    list: inner.list.bind(inner),
    look: inner.look.bind(inner),
    read: inner.read.bind(inner),
    write: inner.write.bind(inner),
    makeFolder: inner.makeFolder.bind(inner),
    rename: inner.rename.bind(inner),
    ...(renameFolder && { renameFolder: renameFolder.bind(inner) }),
    ...(link && { link: link.bind(inner) }),
    ...(duplicate && { duplicate: duplicate.bind(inner) }),
    remove: inner.remove.bind(inner),
    removeFolder: inner.removeFolder.bind(inner),
    tidy: inner.tidy.bind(inner),
    settle: inner.settle.bind(inner),
    freeBytes: inner.freeBytes.bind(inner),
    close: inner.close.bind(inner),
    ...own,
  };
}
