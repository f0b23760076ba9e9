/** What lies below vector_db, told apart: the folders of segments, Chroma's database, and everything else. */
import type { BytePath } from "../base/byte-path.ts";
import type { VectorSegment } from "../openwebui/chroma/collections.ts";
import { isSideFile, vectorDatabase, vectorFolder } from "../openwebui/parts.ts";
import type { Walked } from "./walk.ts";

export interface SegmentFiles {
  readonly segment: VectorSegment;
  /** Regular files of its folder; empty where there is no folder. */
  readonly files: readonly Walked[];
  readonly folderThere: boolean;
}

export interface VectorFiles {
  readonly segments: readonly SegmentFiles[];
  /** Folders, links, and files of folders that chroma.sqlite3 does not know: in the order of the walk. */
  readonly others: readonly Walked[];
  /** Folders with segment files that belong to no segment. */
  readonly orphaned: number;
}

/** chroma.sqlite3 and its side files are in neither list. */
export function sortVectorFiles(listing: readonly Walked[], segments: readonly VectorSegment[]): VectorFiles {
  const byFolder = new Map<BytePath, { segment: VectorSegment; files: Walked[]; folderThere: boolean }>();
  for (const segment of segments) {
    byFolder.set(`${vectorFolder}/${segment.id}` as BytePath, { segment, files: [], folderThere: false });
  }
  const others: Walked[] = [];
  let orphaned = 0;
  for (const entry of listing) {
    if (entry.path === vectorDatabase || isSideFile(entry.path, vectorDatabase)) continue;
    const own = byFolder.get(entry.path);
    if (own !== undefined) own.folderThere = true;
    const parent = byFolder.get(entry.path.slice(0, entry.path.lastIndexOf("/")) as BytePath);
    if (parent !== undefined && entry.meta.kind === "file") parent.files.push(entry);
    else others.push(entry);
    if (parent === undefined && entry.path.endsWith("/data_level0.bin")) orphaned += 1;
  }
  return { segments: [...byFolder.values()], others, orphaned };
}
