/** An entry of what lies in the data directory, as it lies there. */
import { changesInPlace } from "../openwebui/changes-in-place.ts";
import type { SourceContent, SourceEntry } from "../repository/source-entry.ts";
import { dataPath } from "./layout.ts";
import type { Walked } from "./walk.ts";

/** An entry whose file may change while it is read, or that is no file. */
export function plainEntry({ path, absolute, meta }: Walked): SourceEntry {
  const content: SourceContent = { kind: "file", path: absolute };
  return {
    path: dataPath(path),
    meta,
    ...(meta.kind === "file" ? { content } : {}),
    changes: changesInPlace(path) ? "in-place" : "whole",
    pinned: false,
  };
}
