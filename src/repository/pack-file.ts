/** How a pack is asked for. Blobs of the two types never share one, so that copies of trees can be kept near. */
import type { StorageFile } from "../storage/storage.ts";
import type { BlobType } from "./format/blob.ts";

export function packFile(pack: string, type: BlobType): StorageFile {
  return { type: "data", name: pack, ...(type === "tree" ? { holds: "trees" } : {}) };
}
