/** Sizes of what lies in a data directory, by what it means to a person. */
import type { BytePath } from "../base/byte-path.ts";
import {
  isSideFile,
  type LeftOut,
  leftOutReason,
  type Meaning,
  mainDatabase,
  meaningOf,
  type Part,
  partOf,
  uploadFolder,
  vectorFolder,
} from "../openwebui/parts.ts";
import { walk } from "./walk.ts";

export interface InspectedItem {
  /** Relative to the data directory: a top-level name, or a folder of the cache. */
  readonly path: BytePath;
  readonly part: Part;
  readonly meaning: Meaning;
  /** Why it is not captured unless asked for. */
  readonly leftOut?: LeftOut;
  readonly files: number;
  readonly bytes: number;
}

/** Everything, captured or not. What can't be read is counted as nothing. Largest first. */
export async function measureItems(root: BytePath, signal?: AbortSignal): Promise<readonly InspectedItem[]> {
  const items = new Map<BytePath, InspectedItem>();
  const options = {
    root,
    from: "" as BytePath,
    context: { owners: { user: () => "", group: () => "" }, attributes: new Map() },
    wanted: () => true,
    onUnreadable: () => undefined,
    ...(signal === undefined ? {} : { signal }),
  };
  // A link in the place of a part is followed, as a capture does.
  const linked: BytePath[] = [];
  for await (const { path, meta } of walk(options)) {
    if (meta.kind === "symlink" && (path === uploadFolder || path === vectorFolder)) linked.push(path);
    if (meta.kind === "file") add(items, path, meta.sizeBytes);
  }
  for (const from of linked) {
    for await (const { path, meta } of walk({ ...options, from })) {
      if (meta.kind === "file") add(items, path, meta.sizeBytes);
    }
  }
  return [...items.values()].sort((a, b) => b.bytes - a.bytes);
}

function add(items: Map<BytePath, InspectedItem>, path: BytePath, sizeBytes: number): void {
  const place = itemOf(path);
  const { files = 0, bytes = 0 } = items.get(place) ?? {};
  const leftOut = leftOutReason(place);
  items.set(place, {
    path: place,
    part: partOf(place),
    meaning: meaningOf(place),
    ...(leftOut === undefined ? {} : { leftOut }),
    files: files + 1,
    bytes: bytes + sizeBytes,
  });
}

/** The cache's folders are told apart, since some are kept and some are not; a database's side files belong to it. */
function itemOf(path: BytePath): BytePath {
  if (isSideFile(path, mainDatabase)) return mainDatabase;
  const names = path.split("/");
  if (names[0] !== "cache") return (names[0] ?? path) as BytePath;
  return names.slice(0, names[1] === "audio" ? 3 : 2).join("/") as BytePath;
}
